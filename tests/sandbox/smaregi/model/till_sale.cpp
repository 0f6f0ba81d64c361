#include "tests/sandbox/smaregi/model/till_sale.h"

#include <algorithm>

namespace tsunagi::smaregi_sandbox {

namespace {

int64_t tax_percent(const Record& product) {
  return product.has("reduceTaxId") ? kReducedTaxPercent : kTaxPercent;
}

struct Bases {
  int64_t subtotal = 0, tax_inside = 0, tax_outside = 0;
};

// taxDivision: 0 tax inside the price, 1 outside, 2 none. Rounded down once per rate, as an invoice
// has to be.
Bases bases_of(const std::vector<BasketLine>& basket, bool only_with_points) {
  Bases bases;
  for (const int64_t percent : {kTaxPercent, kReducedTaxPercent}) {
    int64_t inside = 0, outside = 0, none = 0;
    for (const BasketLine& line : basket) {
      if (tax_percent(*line.product) != percent) continue;
      if (only_with_points && line.product->text("pointNotApplicable") == "1") continue;
      const std::string division = line.product->text("taxDivision");
      int64_t& base = division == "1" ? outside : division == "2" ? none : inside;
      base += line.quantity * line.unit_price_yen;
    }
    bases.subtotal += inside + outside + none;
    bases.tax_inside += inside * percent / (100 + percent);
    bases.tax_outside += outside * percent / 100;
  }
  return bases;
}

int64_t discount_of(const Bases& bases, const Record& rule, const Member* member,
                    int64_t spend_points) {
  if (spend_points == 0) return 0;
  if (member == nullptr) refuse("会員を選択してください");
  if (rule.text("pointUseDivision") == "0") refuse("この店舗ではポイントを利用できません");
  if (spend_points < 0 || spend_points > member->points.number("point")) {
    refuse("ポイントが不足しています");
  }
  const int64_t unit = std::max<int64_t>(1, rule.number("pointUseUnit"));
  if (spend_points % unit != 0) {
    refuse("ポイントは" + std::to_string(unit) + "ポイント単位で利用してください");
  }
  // pointSpendDivision: 1 up to the total with outside tax, 2 without it.
  const int64_t limit =
      bases.subtotal + (rule.text("pointSpendDivision") == "2" ? 0 : bases.tax_outside);
  const int64_t rate = std::max<int64_t>(1, rule.number("spendRate"));
  const int64_t worth = spend_points * rate;
  // pointSpendLimitDivision: 0 up to the balance, 1 not above the amount, 2 the least that covers
  // it.
  const std::string division = rule.text("pointSpendLimitDivision");
  const bool too_much =
      (division == "1" && worth > limit) || (division == "2" && worth - unit * rate >= limit);
  if (too_much) refuse("値引き対象額を超えるポイントは利用できません");
  return std::min(worth, limit);
}

// pointGivingUnit has two decimals: counted in hundredths.
int64_t hundredths(const std::string& decimal) {
  const size_t dot = std::min(decimal.find('.'), decimal.size());
  std::string fraction = dot < decimal.size() ? decimal.substr(dot + 1) : "";
  fraction.resize(2, '0');
  return parse_integer(decimal.substr(0, dot)).value_or(0) * 100 +
         parse_integer(fraction).value_or(0);
}

int64_t points_given(const std::vector<BasketLine>& basket, const Store& store,
                     const Member& member, int64_t discount) {
  const Record& rule = store.point_condition;
  if (store.record.text("pointNotApplicable") == "1" || rule.text("pointUseDivision") == "0") {
    return 0;
  }
  const Bases bases = bases_of(basket, /*only_with_points=*/true);
  // pointGivingDivision: 1 tax in, used points count; 2 tax out, count; 3 tax in, do not count; 4
  // tax out, do not.
  const std::string division = rule.text("pointGivingDivision");
  const bool tax_in = division == "1" || division == "3",
             used_count = division == "1" || division == "2";
  const int64_t base = bases.subtotal + (tax_in ? bases.tax_outside : -bases.tax_inside) -
                       (used_count ? 0 : discount);
  // The member's own rate goes before the store's [HELP 204465247].
  const bool own_rate =
      member.record.has("pointGivingUnitPrice") && member.record.has("pointGivingUnit");
  const Record& rate = own_rate ? member.record : rule;
  const int64_t unit_price = std::max<int64_t>(1, rate.number("pointGivingUnitPrice"));
  // Per-unit floor: 10 points per 1,000 yen give nothing for 900 yen [HELP 52729141132825].
  return std::max<int64_t>(0, base) / unit_price * hundredths(rate.text("pointGivingUnit")) / 100;
}

}  // namespace

SaleFigures figure_sale(const std::vector<BasketLine>& basket, const Store& store,
                        const Member* member, int64_t spend_points) {
  const Bases bases = bases_of(basket, /*only_with_points=*/false);
  SaleFigures figures{.subtotal = bases.subtotal,
                      .tax_include = bases.tax_inside,
                      .tax_exclude = bases.tax_outside};
  figures.point_discount = discount_of(bases, store.point_condition, member, spend_points);
  figures.spend_point = spend_points;
  figures.total = figures.subtotal - figures.point_discount + figures.tax_exclude;
  if (figures.subtotal > 0) {  // a discount lowers the tax inside in proportion
    figures.tax_include -=
        bases.tax_inside * figures.point_discount / (bases.subtotal + bases.tax_outside);
  }
  if (member != nullptr) {
    figures.new_point = points_given(basket, store, *member, figures.point_discount);
  }
  return figures;
}

int64_t share_of(int64_t figure, int64_t back, int64_t whole) {
  if (back >= whole || whole <= 0) return figure;
  return figure * back / whole;
}

}  // namespace tsunagi::smaregi_sandbox
