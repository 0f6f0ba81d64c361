#pragma once
// How large a merchant's settings may be. The merchant page shows the same limits.

#include <cstddef>
#include <cstdint>

namespace tsunagi {

inline constexpr size_t kSettingsBytes = 512 * 1024;  // the whole document
inline constexpr size_t kSettingStores = 1'000;       // shops with settings of their own
inline constexpr size_t kSettingNameBytes = 200;      // programme and shop names, UTF-8
inline constexpr size_t kSettingUrlBytes = 1'000;
inline constexpr size_t kSettingTextCharacters = 1'000;  // of the text beside the join button
inline constexpr size_t kSettingWordBytes = 32;          // ids and words of a fixed list
inline constexpr int64_t kSettingStockMax = 1'000'000;   // safety stock, "few below"
inline constexpr size_t kSettingSafetyProducts = 500;  // products with a safety stock of their own

inline constexpr int64_t kSettingPrepareMinutesMax = 10'080;  // a week of open time
inline constexpr int64_t kSettingHoldDaysMax = 30;
inline constexpr int64_t kSettingRefundDaysMax = 60;  // later not every way of paying takes it back
inline constexpr size_t kSettingClosedDates = 60;     // of a shop
inline constexpr size_t kSettingSubjectCharacters = 200;  // of a mail
inline constexpr size_t kSettingMailCharacters = 4'000;

}  // namespace tsunagi
