import { PrimaryKey } from "@mikro-orm/decorators/legacy";
import { Field, ID, InterfaceType } from "type-graphql";
import { prefixOf } from "./ids.js";

/** `voice_recording_01j…` is a `VoiceRecording`: the prefix of an id is the type's name in snake case. */
export const typeNameOf = (id: string): string =>
  prefixOf(id).replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

@InterfaceType({
  description: "Anything that is stored: it has one id, under which it is found again everywhere.",
  resolveType: (value: Node) => typeNameOf(value.id),
  // What the API answers with is found through its fields; other stored things stay private.
  autoRegisterImplementations: false,
})
export abstract class Node {
  @PrimaryKey({ type: "text" })
  @Field(() => ID, {
    description: "A TypeID: the type's name in snake case, `_`, and a UUIDv7 in base 32. Sorts by creation.",
  })
  id!: string;
}
