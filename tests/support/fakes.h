#pragma once
// Every port as a fake: in-process, scripted, deterministic.

#include "tests/support/fake_platforms.h"
#include "tests/support/fake_storage.h"
#include "tests/support/fake_world.h"
