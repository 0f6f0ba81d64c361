#pragma once
// Why a shop was asked and others were not, as it is kept and shown:
//
//   {"nobody":"stock","shops":[{"shop":"1","verdict":"taken","offers":3,"sends":3,"priority":0,
//    "km":27,"open_work":0}],"shortages":[{"product":"100","needed":2,"offered":1}]}
//
// nobody is left out when somebody sends it, km when it is not known.

#include <string>

#include "server/domain/fulfilment/routing.h"

namespace tsunagi {

std::string trace_json(const Routing& routing);

}  // namespace tsunagi
