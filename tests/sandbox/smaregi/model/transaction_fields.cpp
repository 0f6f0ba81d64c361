#include <array>

#include "tests/sandbox/smaregi/model/bookings.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr int64_t kMoney = 999'999'999;

// §3.6: the key ones of the 117 [FF]. Read-only ones are the platform's to fill.
constexpr std::array<Field, 53> kHead = {{
    {.name = "transactionHeadId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "transactionDateTime",
     .kind = Kind::kDateTime,
     .access = Access::kRead},  // when the server received it
    {.name = "transactionHeadDivision", .kind = Kind::kInteger, .low = 1, .high = 16},
    {.name = "cancelDivision",
     .kind = Kind::kChoice,
     .choices = "01",
     .initial = "0",
     .access = Access::kRead},
    {.name = "disposeDivision",
     .kind = Kind::kChoice,
     .choices = "012",
     .initial = "0",
     .access = Access::kRead},
    {.name = "disposeServerTransactionHeadId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "cancelDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "returnSales", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "subtotal", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "subtotalDiscountPrice", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "pointDiscount", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "couponDiscount", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "total", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "taxInclude", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "taxExclude", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "cashTotal", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "creditTotal", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "deposit", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "depositCash", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "depositCredit", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "change", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "amount", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "returnAmount", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "newPoint", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "spendPoint", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "point", .kind = Kind::kInteger, .access = Access::kRead},  // before
    {.name = "totalPoint",
     .kind = Kind::kInteger,
     .access = Access::kRead},  // after = point + newPoint - spendPoint
    {.name = "storeId", .kind = Kind::kInteger, .low = 1, .high = kMoney},
    {.name = "storeCode", .access = Access::kRead},
    {.name = "terminalId",
     .kind = Kind::kInteger,
     .low = 1,
     .high = kMoney},  // ^[1-9][0-9]{0,8}$ [DOC]
    {.name = "customerId", .kind = Kind::kInteger, .low = 1, .high = 9'999'999'999},
    {.name = "customerCode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "terminalTranId", .kind = Kind::kAscii, .low = 1, .high = 10},
    {.name = "terminalTranDateTime", .kind = Kind::kDateTime},  // by the till's clock
    {.name = "sumDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "adjustmentDateTime", .kind = Kind::kDateTime},
    {.name = "sumDate", .kind = Kind::kDate},
    {.name = "customerRank", .access = Access::kRead},
    {.name = "staffId", .kind = Kind::kInteger, .low = 1, .high = kMoney},
    {.name = "staffCode", .access = Access::kRead},
    {.name = "memo", .low = 1, .high = 1000},
    {.name = "receiptMemo", .low = 1, .high = 1000},
    {.name = "carriage", .kind = Kind::kInteger, .low = 0, .high = kMoney},
    {.name = "commission", .kind = Kind::kInteger, .low = 0, .high = kMoney},
    {.name = "tags", .low = 1, .high = 1000},
    {.name = "transactionUuid", .access = Access::kRead},  // the receipt number, e.g. 13 digits
    {.name = "barcode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "sellDivision", .kind = Kind::kChoice, .choices = "01"},
    {.name = "taxRate", .kind = Kind::kDecimal, .low = 0, .high = 100},
    {.name = "layawayServerTransactionHeadId", .kind = Kind::kInteger, .low = 1, .high = INT64_MAX},
    {.name = "customerGroupId", .kind = Kind::kInteger, .low = 1, .high = kMoney},
    {.name = "discountDivision", .kind = Kind::kChoice, .choices = "0123"},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
}};

constexpr std::array<Field, 16> kDetail = {{
    {.name = "transactionHeadId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "transactionDetailId", .kind = Kind::kInteger, .low = 1, .high = 999},
    {.name = "transactionDetailDivision",
     .kind = Kind::kChoice,
     .choices = "123"},  // 1 sale 2 return 3 department
    {.name = "parentTransactionDetailId", .kind = Kind::kInteger, .low = 1, .high = 999},
    {.name = "productId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999'999'999},
    {.name = "productCode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "productName", .low = 1, .high = 85},
    {.name = "price", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "salesPrice", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "quantity", .kind = Kind::kInteger, .low = -kMoney, .high = kMoney},
    {.name = "categoryId", .kind = Kind::kInteger, .low = 1, .high = kMoney},
    {.name = "salesDivision", .kind = Kind::kChoice, .choices = "01"},
    {.name = "productDivision", .kind = Kind::kChoice, .choices = "012"},
    {.name = "taxDivision", .kind = Kind::kChoice, .choices = "012"},
    {.name = "taxRate", .kind = Kind::kDecimal, .low = 0, .high = 100},
    {.name = "discountPointProportional", .kind = Kind::kInteger, .access = Access::kRead},
}};

// §3.7 [FF], [GO]
constexpr std::array<Field, 7> kLayaway = {{
    {.name = "transactionHeadId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "pickUpDate", .kind = Kind::kDate},
    {.name = "status",
     .kind = Kind::kChoice,
     .choices = "01",
     .initial = "0",
     .access = Access::kRead},  // 1 picked up
    {.name = "partPayment", .kind = Kind::kInteger, .low = 0, .high = kMoney},
    {.name = "partPaymentClass", .kind = Kind::kChoice, .choices = "12"},
    {.name = "pickUpTransactionHeadId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "disabledEdit", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
}};

constexpr std::array<Field, 4> kPickUp = {{
    {.name = "transactionHeadId", .kind = Kind::kInteger},
    {.name = "layawayServerTransactionHeadId", .kind = Kind::kInteger},
    {.name = "receivedDepositCash", .kind = Kind::kInteger},
    {.name = "receivedDepositCredit", .kind = Kind::kInteger},
}};

}  // namespace

Fields head_fields() { return kHead; }
Fields detail_fields() { return kDetail; }
Fields layaway_fields() { return kLayaway; }
Fields pick_up_fields() { return kPickUp; }

}  // namespace tsunagi::smaregi_sandbox
