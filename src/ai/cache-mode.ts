import { registerEnumType } from "type-graphql";

export enum CacheMode {
  USE = "USE",
  BYPASS = "BYPASS",
  REFRESH = "REFRESH",
}

registerEnumType(CacheMode, {
  name: "CacheMode",
  description: "What a request has to do with answers that were given before.",
  valuesConfig: {
    USE: { description: "Takes one of the last hour when it fits, else asks a provider and keeps the answer." },
    BYPASS: { description: "Asks a provider, and keeps nothing." },
    REFRESH: { description: "Asks a provider, and keeps the answer for those that come." },
  },
});
