#pragma once
// Every word the views say, in both languages side by side. "{}" is where the argument of a
// sentence goes.

#include <cstdint>

#include "wasm/core/view.h"

namespace tsunagi {

enum class Word : uint8_t {
  kCard,
  kMemberNumber,
  kOpenFullScreen,
  kCopy,
  kCopyNumber,
  kRefresh,
  kAsOf,
  kPointsUnknown,
  kExpires,
  kExpired,
  kDebt,
  kStale,
  kStaleNoTime,
  kOffline,
  kOfflineNoTime,
  kSignedOut,
  kNotJoined,
  kFieldMissing,
  kFieldName,
  kFieldKana,
  kFieldPhone,
  kFieldBirthDate,
  kFieldOther,
  kRegistering,
  kNotAtTill,
  kStopped,
  kStoppedAskShop,
  kFailed,
  kNoBarcode,
  kTryAgain,
  kSignIn,
  kJoin,
  kContact,
  kShopStock,
  kCardPage,
  kBrighten,
  kClose,
  kMany,
  kFew,
  kNone,
  kUnknown,
  kCallShop,
  kAskShop,
  kMap,
  kReserve,
  kFavourite,
  kMakeFavourite,
  kMoreShops,
  kPin,
  kPinned,
  kNotInShops,
  kTellMe,
  kToBeTold,
  kNearest,
  kAbout,
  kWhere,
  kShow,
  kMonths,
  kWeekdays,
};

// UTF-8, safe in text and in a double-quoted attribute.
const char* word(Language language, Word which);

}  // namespace tsunagi
