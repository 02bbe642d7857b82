import { registerEnumType } from "type-graphql";

export enum TwinRelation {
  CONTAINS = "CONTAINS",
  DEPENDS_ON = "DEPENDS_ON",
  FEEDS = "FEEDS",
  CONNECTS_TO = "CONNECTS_TO",
}

registerEnumType(TwinRelation, {
  name: "TwinRelation",
  description: "How a twin, the parent, relates to another one, its child.",
  valuesConfig: {
    CONTAINS: {
      description: "The child is a part of the parent. Nothing contains itself, however many are in between.",
    },
    DEPENDS_ON: { description: "The parent needs the child. Nothing depends on itself, however many are in between." },
    FEEDS: { description: "The parent gives the child energy, material or data; that may go in a circle." },
    CONNECTS_TO: { description: "They are connected; that may go in a circle." },
  },
});

/** Relations in which a circle says nothing that could be true. */
export const acyclicRelations: readonly TwinRelation[] = [TwinRelation.CONTAINS, TwinRelation.DEPENDS_ON];
