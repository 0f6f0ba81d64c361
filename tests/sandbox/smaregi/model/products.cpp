#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/listing.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr int64_t kMaxYen = 99'999'999;

// §3.4 [GO], [ARC config/data.php]. No source has lengths of texts: 85 as for names, 1000 for long
// ones.
constexpr std::array<Field, 42> kProductFields = {{
    {.name = "productId", .kind = Kind::kInteger, .access = Access::kRead},
    {.name = "categoryId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "productCode", .kind = Kind::kAscii, .low = 1, .high = 20},
    {.name = "productName", .low = 1, .high = 85},
    {.name = "productKana", .kind = Kind::kKana, .low = 1, .high = 85},
    {.name = "taxDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "productPriceDivision", .kind = Kind::kChoice, .choices = "12", .initial = "1"},
    {.name = "price", .kind = Kind::kInteger, .low = -kMaxYen, .high = kMaxYen},
    {.name = "customerPrice", .kind = Kind::kInteger, .low = -kMaxYen, .high = kMaxYen},
    {.name = "cost", .kind = Kind::kDecimal, .low = 0, .high = kMaxYen},
    {.name = "attribute", .low = 1, .high = 1000},
    {.name = "description", .low = 1, .high = 1000},
    {.name = "catchCopy", .low = 1, .high = 1000},
    {.name = "size", .low = 1, .high = 85},
    {.name = "color", .low = 1, .high = 85},
    {.name = "tag", .low = 1, .high = 85},
    {.name = "groupCode", .low = 1, .high = 85},
    {.name = "url", .kind = Kind::kAscii, .low = 1, .high = 255},
    {.name = "printReceiptProductName", .low = 1, .high = 85},
    {.name = "displaySequence", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "salesDivision", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "stockControlDivision", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "displayFlag", .kind = Kind::kChoice, .choices = "01", .initial = "1"},
    {.name = "division", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "productOptionGroupId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "pointNotApplicable", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "taxFreeDivision", .kind = Kind::kChoice, .choices = "012", .initial = "0"},
    {.name = "supplierProductNo", .low = 1, .high = 85},
    {.name = "calcDiscount", .kind = Kind::kChoice, .choices = "01", .initial = "1"},
    {.name = "staffDiscountRate", .kind = Kind::kInteger, .low = 0, .high = 100},
    {.name = "useCategoryReduceTax", .kind = Kind::kChoice, .choices = "01", .initial = "0"},
    {.name = "reduceTaxId", .kind = Kind::kInteger, .low = 1, .high = 999'999'999},
    {.name = "reduceTaxPrice", .kind = Kind::kInteger, .low = -kMaxYen, .high = kMaxYen},
    {.name = "reduceTaxCustomerPrice", .kind = Kind::kInteger, .low = -kMaxYen, .high = kMaxYen},
    {.name = "orderPoint", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "purchaseCost", .kind = Kind::kDecimal, .low = 0, .high = kMaxYen},
    {.name = "appStartDateTime", .kind = Kind::kDateTime},
    {.name = "minStock", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "maxStock", .kind = Kind::kInteger, .low = 0, .high = 999'999'999},
    {.name = "memo", .low = 1, .high = 1000},
    {.name = "insDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
    {.name = "updDateTime", .kind = Kind::kDateTime, .access = Access::kRead},
}};
constexpr std::array<std::string_view, 3> kProductRequired = {"categoryId", "productName", "price"};

Record& product_of(Context& context) {
  const auto found = context.contract.products.find(context.ids.at(0));
  if (found == context.contract.products.end()) refuse_missing_resource();
  return found->second;
}

Json print_product(const Context&, const void* row) {
  return render(kProductFields, *static_cast<const Record*>(row));
}

void announce_product(Context& context, std::string_view action, int64_t id) {
  if (context.switches().is(Switch::kProductEvents, "absent")) return;
  publish(context.world, context.contract, "pos:products", action, "productIds",
          Json::array({std::to_string(id)}));
}

// No source says whether product codes are unique; merchants do have doubles (§8), so they are
// allowed, and a till finds the product with the lowest id.
void index_code(Contract& contract, const std::string& code) {
  contract.product_by_code.erase(code);
  if (code.empty()) return;
  for (const auto& [id, product] : contract.products) {
    if (product.text("productCode") == code) {
      contract.product_by_code[code] = id;
      return;
    }
  }
}

struct ProductFilter {
  std::string_view query, field;
};
constexpr std::array<ProductFilter, 8> kProductFilters = {
    {{"category_id", "categoryId"},
     {"product_code", "productCode"},
     {"group_code", "groupCode"},
     {"display_flag", "displayFlag"},
     {"division", "division"},
     {"sales_division", "salesDivision"},
     {"stock_control_division", "stockControlDivision"},
     {"supplier_product_no", "supplierProductNo"}}};

Reply list_products(Context& context) {
  const auto window = time_window(context, "upd_date_time", Limited::kYes);  // §11.3
  std::vector<std::pair<std::string_view, std::string>> wanted;
  for (const ProductFilter& filter : kProductFilters) {
    if (auto value = query_value(context, filter.query)) {
      wanted.emplace_back(filter.field, std::move(*value));
    }
  }
  std::vector<ListRow> rows;
  for (const auto& [id, product] : context.contract.products) {
    const bool fits = std::all_of(
        wanted.begin(), wanted.end(),
        [&product = product](const auto& pair) { return product.text(pair.first) == pair.second; });
    if (!fits || (window && !window->holds(product.text("updDateTime")))) continue;
    rows.push_back({.record = &product, .row = &product});
  }
  return list_reply(
      context,
      {.fields = kProductFields, .sortable = "productId productCode displaySequence updDateTime"},
      std::move(rows), print_product);
}

Reply get_product(Context& context) {
  Json object = print_product(context, &product_of(context));
  select_fields(context, kProductFields, object);
  return json_reply(object);
}

Reply create_product(Context& context) {
  Record record = read_new({.fields = kProductFields, .required = kProductRequired}, context.body,
                           context.switches());
  const int64_t id = ++context.contract.last_product;
  record.set("productId", id);
  record.set("insDateTime", format_date_time(context.now()));
  record.set("updDateTime", format_date_time(context.now()));
  if (!record.has("productCode")) {
    record.set("productCode", id);  // not stated; a product without a code cannot be rung up
  }
  Record& product = context.contract.products[id];
  product = std::move(record);
  context.contract.product_by_code.emplace(product.text("productCode"), id);
  announce_product(context, "created", id);
  return json_reply(render(kProductFields, product, write_style(context)));
}

Reply edit_product(Context& context) {
  Record& product = product_of(context);
  Record record = read_changes({.fields = kProductFields, .required = kProductRequired},
                               context.body, context.switches(), product);
  record.set("updDateTime", format_date_time(context.now()));
  const std::string old_code = product.text("productCode");
  product = std::move(record);
  index_code(context.contract, old_code);
  index_code(context.contract, product.text("productCode"));
  announce_product(context, "edited", context.ids.at(0));
  return json_reply(render(kProductFields, product, write_style(context)));
}

Reply delete_product(Context& context) {
  const int64_t id = product_of(context).number("productId");
  const std::string code = product_of(context).text("productCode");
  context.contract.products.erase(id);
  index_code(context.contract, code);
  std::erase_if(context.contract.stock,
                [id](const auto& entry) { return entry.first.first == id; });
  announce_product(context, "deleted", id);
  return json_reply({{"productId", std::to_string(id)}});
}

constexpr std::array<Route, 5> kProductRoutes = {{
    {"GET", "/products", "pos.products:read",
     "fields sort limit page category_id product_code group_code display_flag division "
     "sales_division "
     "stock_control_division supplier_product_no upd_date_time-from upd_date_time-to",
     list_products},
    {"POST", "/products", "pos.products:write", "", create_product},
    {"GET", "/products/{id}", "pos.products:read", "fields", get_product},
    {"PATCH", "/products/{id}", "pos.products:write", "", edit_product},
    {"DELETE", "/products/{id}", "pos.products:write", "", delete_product},
}};

}  // namespace

std::span<const Route> product_routes() { return kProductRoutes; }

}  // namespace tsunagi::smaregi_sandbox
