#pragma once
// The GraphQL operations of server/shopify/graphql, one a file, embedded at build time
// (graphql.cmake). A test validates the files against Shopify's published schema of
// kShopifyApiVersion.

#include <string_view>

namespace tsunagi::shopify {

struct Operation {
  std::string_view name;   // as in the document
  std::string_view label;  // "shopify.customer": for log and metrics
  std::string_view text;
};

extern const Operation kAppAccess;
extern const Operation kShopIdentity;
extern const Operation kShopMail;
extern const Operation kCustomer;
extern const Operation kCustomerCard;
extern const Operation kCustomersChanged;
extern const Operation kCustomerByTag;
extern const Operation kCustomersThere;
extern const Operation kCustomersTagged;
extern const Operation kCustomersCount;
extern const Operation kCustomerTags;
extern const Operation kCustomerUpdate;
extern const Operation kCustomerEmailMarketingConsentUpdate;
extern const Operation kMetafieldDefinitionCreate;
extern const Operation kMetafieldsSet;
extern const Operation kMetafieldsDelete;
extern const Operation kInventoryActivate;
extern const Operation kInventorySetQuantities;
extern const Operation kItems;
extern const Operation kLocations;
extern const Operation kOnHand;
extern const Operation kTagsAdd;
extern const Operation kTagsAddAndRead;
extern const Operation kTagsRemove;
extern const Operation kOrderToShip;
extern const Operation kParcelLines;
extern const Operation kWorkLines;
extern const Operation kWorkOrder;
extern const Operation kWorkDestination;
extern const Operation kWorksChanged;
extern const Operation kFulfillmentOrderMove;
extern const Operation kFulfillmentCreate;
extern const Operation kFulfillmentOrderHold;
extern const Operation kFulfillmentOrderPrepared;
extern const Operation kFulfillmentOrderReleaseHold;
extern const Operation kRefundSuggested;
extern const Operation kRefundCreate;
extern const Operation kRefundLines;
extern const Operation kOrdersRefunded;

}  // namespace tsunagi::shopify
