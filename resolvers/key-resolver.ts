import { Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { SigningKey } from "#src/identity/signing-key.js";
import type { SigningKeys } from "#src/identity/signing-keys.js";
import { DataKey } from "#src/platform/data-key.js";
import { AtMost } from "#src/platform/field-bounds.js";
import { Job } from "#src/platform/job.js";
import { type KeyRotationService, maxShownKeys } from "#src/platform/key-rotation-service.js";
import type { Context } from "./context.js";

@Resolver()
export class KeyResolver {
  constructor(
    private readonly rotation: KeyRotationService,
    private readonly signingKeys: SigningKeys,
  ) {}

  @Authorized("system:read")
  @AtMost(maxShownKeys)
  @Query(() => [DataKey], {
    description:
      "The keys that secrets in the database are encrypted with, the newest first, at most 100. For operators.",
  })
  dataKeys() {
    return this.rotation.keys();
  }

  @Authorized("system:manage")
  @Mutation(() => Job, {
    description:
      "Makes a new data key and encrypts every secret in the database by it, while all goes on; then retires the old ones. For operators.",
  })
  rotateEncryptionKey(@Ctx() { actor }: Context) {
    return this.rotation.request(actor);
  }

  @Authorized("system:manage")
  @Mutation(() => SigningKey, {
    description:
      "Makes a new key for access tokens: it signs from now on, and what the one before has signed is good until it expires. For operators.",
  })
  rotateSigningKey(@Ctx() { actor }: Context) {
    return this.signingKeys.rotate(actor);
  }
}
