import { GraphQLDuration } from "graphql-scalars";
import { Arg, FieldResolver, Resolver, Root } from "type-graphql";
import type { FileService } from "#src/files/file-service.js";
import { StoredFile } from "#src/files/stored-file.js";

@Resolver(() => StoredFile)
export class FileResolver {
  constructor(private readonly files: FileService) {}

  @FieldResolver(() => String, {
    description:
      "Where its bytes are read, with GET and in ranges, by whoever has the address, without signing in, until the time is over.",
  })
  url(
    @Root() file: StoredFile,
    @Arg("expiresIn", () => GraphQLDuration, {
      defaultValue: "PT1H",
      description: "How long the address is good, from PT1S to P7D.",
    })
    expiresIn: string,
  ) {
    return this.files.addressFor(file, expiresIn);
  }
}
