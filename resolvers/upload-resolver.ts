import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import { Upload } from "#src/files/upload.js";
import { CreateUploadInput } from "#src/files/upload-inputs.js";
import type { UploadService } from "#src/files/upload-service.js";
import type { Context } from "./context.js";

const idArg = { description: "The upload." };

@Resolver(() => Upload)
export class UploadResolver {
  constructor(private readonly uploads: UploadService) {}

  @Authorized("file:write")
  @Mutation(() => Upload, {
    description: "Announces an upload. Send its bytes to `url`: by tus 1.0, or by PUT. See docs/uploads.md.",
  })
  createUpload(
    @Arg("input", () => CreateUploadInput, { description: "What will be sent." }) input: CreateUploadInput,
    @Ctx() { actor }: Context,
  ) {
    return this.uploads.create(actor, input);
  }

  @Authorized("file:write")
  @Mutation(() => Upload, {
    description:
      "Has an upload checked whose bytes are all there; that begins by itself when its `size` was said and is reached. Follow `job`. Repeating it changes nothing, unless the check has failed: then it begins again.",
  })
  completeUpload(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.uploads.complete(actor, id);
  }

  @Authorized("file:write")
  @Mutation(() => Upload, { description: "Gives an upload up: its bytes are deleted. Not once it is READY." })
  cancelUpload(@Arg("id", () => ID, idArg) id: string, @Ctx() { actor }: Context) {
    return this.uploads.cancel(actor, id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Where its bytes are sent: an address that is signed, and needs nothing else. For whoever announced it, while bytes are awaited; null else.",
  })
  url(@Root() upload: Upload, @Ctx() { actor }: Context) {
    return this.uploads.urlOf(actor, upload);
  }
}
