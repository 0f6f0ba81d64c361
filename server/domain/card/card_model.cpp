#include <nlohmann/json.hpp>
#include <string>

#include "server/domain/card/card_service.h"
#include "server/domain/member/field_words.h"

namespace tsunagi {
namespace {

using OrderedJson = nlohmann::ordered_json;

CardState state_of(LinkState state) {
  switch (state) {
    case LinkState::kJoining:
      return CardState::kRegistering;
    case LinkState::kLinked:
      return CardState::kReady;
    case LinkState::kStopped:
      return CardState::kStopped;
  }
  return CardState::kFailed;
}

// The kind of thing that the card asks for; "" when it cannot: then the shop has to act.
std::string question_of(const std::vector<std::string>& missing) {
  std::string kind;
  for (const std::string& name : missing) {
    const auto field = member_field(name);
    if (!field) return "";
    const bool kana = field == MemberField::kLastKana || field == MemberField::kFirstKana;
    const std::string one = kana ? "kana" : name;
    kind = kind.empty() || kind == one ? one : "several";
  }
  return kind;
}

OrderedJson drawing_json(const Drawing& drawing) {
  return {{"symbology", symbology_name(drawing.symbology)},
          {"width", drawing.width},
          {"height", drawing.height},
          {"path", drawing.path}};
}

// The programme's symbology when it carries the code. An imported code may not fit (letters in an
// EAN-13), and Code 128 carries every code there is.
Result<Drawing> first_drawing(const CardModel& card) {
  auto drawn = draw(card.symbology, card.code);
  return drawn.ok() ? std::move(drawn) : draw(Symbology::kCode128, card.code);
}

}  // namespace

CardModel card_model(const Tenant& tenant, const std::optional<Card>& card) {
  const Settings& settings = tenant.settings;
  CardModel model;
  model.programme = settings.programme_name.empty() ? tenant.shop_name : settings.programme_name;
  model.symbology = settings.symbology;
  model.second = settings.second_symbology;
  model.contact_url = settings.contact_url;
  if (!card) {
    model.state = CardState::kNotJoined;
    return model;
  }
  model.state = state_of(card->link.state);
  model.customer = std::to_string(card->link.customer_id);
  model.code = card->link.code;
  model.missing_field = question_of(card->link.missing);
  if (!model.missing_field.empty()) model.state = CardState::kFieldMissing;
  if (card->snapshot) {
    const CardSnapshot& snapshot = *card->snapshot;
    model.holder = snapshot.holder;
    model.rank = snapshot.rank;
    model.has_points = snapshot.has_points;
    model.points = snapshot.has_points ? snapshot.points : 0;
    model.as_of = snapshot.as_of;
    model.expires_on = snapshot.has_points ? snapshot.points_expire_on : "";
  }
  return model;
}

Result<CardMetafield> card_metafield(const Tenant& tenant, const Card& card) {
  CardModel model = card_model(tenant, card);
  // Liquid asks nothing: until the script does, the card is one that is being registered.
  if (model.state == CardState::kFieldMissing) model.state = CardState::kRegistering;
  OrderedJson json = {{"v", 1},
                      {"state", card_state_name(model.state)},
                      {"programme", model.programme},
                      {"holder", model.holder},
                      {"code", model.code},
                      {"rank", model.rank},
                      {"has_points", model.has_points},
                      {"points", model.points},
                      {"as_of", model.as_of},
                      {"expires_on", model.expires_on}};
  const auto first = first_drawing(model);
  if (!first.ok()) return first.error();
  json["first"] = drawing_json(*first);
  // The second choice is a convenience: a code that it cannot carry goes without.
  const auto second = draw(model.second, model.code);
  if (second.ok()) json["second"] = drawing_json(*second);
  return CardMetafield{.customer_id = card.link.customer_id,
                       .json = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
}

}  // namespace tsunagi
