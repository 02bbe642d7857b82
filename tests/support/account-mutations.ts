import { generateSync } from "otplib";
import { ask } from "./ask.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./atrium.js";
import { send } from "./audit-log.js";
import { Authenticator } from "./authenticator.js";
import type { Issuer } from "./issuer.js";

/** A mutation about to be sent. */
export interface Act {
  readonly as?: Person;
  readonly query: string;
  readonly variables?: object;
  readonly headers?: Record<string, string>;
}

export interface AuditedMutation {
  /** What the audit log says of it. */
  readonly action: string;
  readonly act: () => Promise<Act>;
  /** True when it is not known who asks, and must not be. */
  readonly isAnonymous?: true;
}

interface Stage {
  readonly atrium: TestAtrium;
  readonly operator: Person;
  /** Known to `atrium` as `acme`, with `redirectUri`. */
  readonly issuer: Issuer;
  readonly redirectUri: string;
}

interface Start {
  authorizationUrl: string;
  bindingSecret: string;
}

const byId = (name: string, selection = "{ id }") => `mutation ($id: ID!) { ${name}(id: $id) ${selection} }`;
const withInput = (name: string, type: string, selection = "{ id }") =>
  `mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`;

/** Every mutation of accounts, ways in, sessions and keys, as somebody sends it who may. */
export const accountMutations = (stage: () => Stage): Record<string, AuditedMutation> => {
  const signUp = () => stage().atrium.signUp();
  const own = (query: string, variables: object = {}) => ({
    act: async (): Promise<Act> => ({ as: await signUp(), query, variables }),
  });
  const operate = async (query: string, variables: object = {}): Promise<Act> => ({
    as: stage().operator,
    query,
    variables,
  });
  const strange = async <T>(query: string, variables: object): Promise<T> =>
    (await ask(stage().atrium.url, { query, variables })).data as T;

  const mailed = async (email: string, link: "verify" | "reset"): Promise<string> => {
    const find = async () =>
      (await stage().atrium.app.mails.last(5, email))
        .map(({ text }) => new RegExp(`#${link}=(\\S+)`).exec(text ?? "")?.[1])
        .find((token) => token !== undefined);
    return (await eventually(find, (token) => token !== undefined)) ?? "";
  };
  const resetToken = async ({ email }: Person): Promise<string> => {
    await strange("mutation ($email: String!) { requestPasswordReset(email: $email) { sentTo } }", { email });
    // The mail is a worker's to write.
    const busy = await startAtrium({ database: stage().atrium.database });
    try {
      return await mailed(email, "reset");
    } finally {
      await busy.close();
    }
  };

  let subjects = 0;
  const newSubject = () => {
    subjects += 1;
    const subject = `audited-${subjects}`;
    stage().issuer.accounts.set(subject, {
      email: `audited-${subjects}@issuer.example`,
      email_verified: true,
      name: `Audited ${subjects}`,
    });
    return subject;
  };
  const oauthInput = () => ({ input: { provider: "acme", redirectUri: stage().redirectUri } });
  const start = "{ authorizationUrl bindingSecret }";
  const returnedFrom = async ({ authorizationUrl, bindingSecret }: Start) => ({
    input: { callbackUrl: await stage().issuer.visit(authorizationUrl, newSubject()), bindingSecret },
  });
  const linkQuery = withInput("linkOAuth", "LinkOAuthInput");
  const startLink = withInput("startOAuthLink", "StartOAuthInput", start);
  const beginLink = async (person: Person) =>
    returnedFrom((await send<{ startOAuthLink: Start }>(person, startLink, oauthInput())).startOAuthLink);

  const origin = () => stage().atrium.url.replace("127.0.0.1", "localhost");
  const finishPasskey = withInput("finishPasskeyRegistration", "FinishPasskeyRegistrationInput");
  const madePasskey = async (person: Person) => {
    const query = "mutation { startPasskeyRegistration { options } }";
    const { startPasskeyRegistration: begun } = await send<{ startPasskeyRegistration: { options: never } }>(
      person,
      query,
    );
    const phone = new Authenticator(origin());
    return { phone, input: { credential: phone.make(begun.options), name: "A phone of somebody" } };
  };
  const withPasskey = async () => {
    const person = await signUp();
    const { phone, input } = await madePasskey(person);
    const { finishPasskeyRegistration: passkey } = await send<{ finishPasskeyRegistration: { id: string } }>(
      person,
      finishPasskey,
      { input },
    );
    return { person, phone, id: passkey.id };
  };

  const confirmTotp = withInput("confirmTotp", "ConfirmTotpInput", "{ codes }");
  const totpCode = async (person: Person) => {
    const { startTotp } = await send<{ startTotp: { secret: string } }>(person, "mutation { startTotp { secret } }");
    const code = generateSync({ secret: startTotp.secret, epoch: Math.floor(Date.now() / 1000) });
    return { input: { code } };
  };
  const withTotp = (query: string) => async (): Promise<Act> => {
    const person = await signUp();
    await send(person, confirmTotp, await totpCode(person));
    return { as: person, query };
  };

  return {
    verifyEmail: {
      action: "user.email_verified",
      act: async () => ({
        query: "mutation ($token: String!) { verifyEmail(token: $token) { id } }",
        variables: { token: await mailed((await signUp()).email, "verify") },
      }),
    },
    requestEmailVerification: {
      action: "user.verification_requested",
      act: async () => {
        const person = await signUp();
        await stage().atrium.database.query(
          "update single_use_token set created_at = created_at - interval '2 minutes'",
        );
        return { as: person, query: "mutation { requestEmailVerification { sentTo } }" };
      },
    },
    requestPasswordReset: {
      action: "user.password_reset_requested",
      isAnonymous: true,
      act: async () => ({
        query: "mutation ($email: String!) { requestPasswordReset(email: $email) { sentTo } }",
        variables: { email: (await signUp()).email },
      }),
    },
    resetPassword: {
      action: "user.password_reset",
      act: async () => ({
        query: withInput("resetPassword", "ResetPasswordInput"),
        variables: { input: { token: await resetToken(await signUp()), newPassword: "another horse battery" } },
      }),
    },
    changePassword: {
      action: "user.password_changed",
      ...own(withInput("changePassword", "ChangePasswordInput"), { input: { newPassword: "another horse battery" } }),
    },
    changeEmail: {
      action: "user.email_change_requested",
      act: async () => {
        const person = await signUp();
        const input = { email: `new-${person.email}`, password: person.password };
        return { as: person, query: withInput("changeEmail", "ChangeEmailInput", "{ sentTo }"), variables: { input } };
      },
    },
    updateProfile: {
      action: "user.updated",
      ...own(withInput("updateProfile", "UpdateProfileInput"), { input: { displayName: "Somebody's own name" } }),
    },
    updatePreferences: {
      action: "user.updated",
      ...own('mutation { updatePreferences(patch: { tea: "somebody\'s own tea" }) { id } }'),
    },
    deactivateUser: {
      action: "user.deactivated",
      act: async () =>
        operate(byId("deactivateUser"), await (await signUp()).sdk.Me().then(({ me }) => ({ id: me.id }))),
    },
    reactivateUser: {
      action: "user.reactivated",
      act: async () => {
        const { me } = await (await signUp()).sdk.Me();
        await send(stage().operator, byId("deactivateUser"), { id: me.id });
        return operate(byId("reactivateUser"), { id: me.id });
      },
    },
    exportMyData: { action: "user.export_requested", ...own("mutation { exportMyData { id } }") },
    eraseMyAccount: {
      action: "user.erasure_requested",
      act: async () => {
        const person = await signUp();
        const input = { password: person.password, confirmEmail: person.email };
        return { as: person, query: withInput("eraseMyAccount", "EraseAccountInput"), variables: { input } };
      },
    },
    completeOAuth: {
      action: "user.signed_in",
      act: async () => {
        const begun = await strange<{ startOAuth: Start }>(
          withInput("startOAuth", "StartOAuthInput", start),
          oauthInput(),
        );
        return {
          query: withInput("completeOAuth", "CompleteOAuthInput", "{ accessToken }"),
          variables: await returnedFrom(begun.startOAuth),
        };
      },
    },
    startOAuthLink: {
      action: "user.began_oauth_link",
      act: async () => ({ as: await signUp(), query: startLink, variables: oauthInput() }),
    },
    linkOAuth: {
      action: "user.linked_identity",
      act: async () => {
        const person = await signUp();
        return { as: person, query: linkQuery, variables: await beginLink(person) };
      },
    },
    unlinkOAuth: {
      action: "user.unlinked_identity",
      act: async () => {
        const person = await signUp();
        const { linkOAuth } = await send<{ linkOAuth: { id: string } }>(person, linkQuery, await beginLink(person));
        return { as: person, query: byId("unlinkOAuth"), variables: linkOAuth };
      },
    },
    startTotp: { action: "user.began_totp", ...own("mutation { startTotp { expiresAt } }") },
    confirmTotp: {
      action: "user.enabled_totp",
      act: async () => {
        const person = await signUp();
        return { as: person, query: confirmTotp, variables: await totpCode(person) };
      },
    },
    disableTotp: { action: "user.disabled_totp", act: withTotp("mutation { disableTotp { totpSince } }") },
    regenerateRecoveryCodes: {
      action: "user.replaced_recovery_codes",
      act: withTotp("mutation { regenerateRecoveryCodes { codes } }"),
    },
    reauthenticate: {
      action: "user.reauthenticated",
      act: async () => {
        const person = await signUp();
        const input = { password: person.password };
        return { as: person, query: withInput("reauthenticate", "ReauthenticateInput"), variables: { input } };
      },
    },
    startPasskeyRegistration: {
      action: "user.began_passkey",
      ...own("mutation { startPasskeyRegistration { expiresAt } }"),
    },
    finishPasskeyRegistration: {
      action: "user.added_passkey",
      act: async () => {
        const person = await signUp();
        const { input } = await madePasskey(person);
        return { as: person, query: finishPasskey, variables: { input } };
      },
    },
    finishPasskeySignIn: {
      action: "user.signed_in",
      act: async () => {
        const { phone } = await withPasskey();
        const query = "mutation { startPasskeySignIn { options } }";
        const begun = await strange<{ startPasskeySignIn: { options: never } }>(query, {});
        return {
          query: withInput("finishPasskeySignIn", "FinishPasskeySignInInput", "{ accessToken }"),
          variables: { input: { credential: phone.sign(begun.startPasskeySignIn.options) } },
        };
      },
    },
    renamePasskey: {
      action: "user.renamed_passkey",
      act: async () => {
        const { person, id } = await withPasskey();
        const query = `mutation ($id: ID!) { renamePasskey(id: $id, input: { name: "Another phone" }) { id } }`;
        return { as: person, query, variables: { id } };
      },
    },
    removePasskey: {
      action: "user.removed_passkey",
      act: async () => {
        const { person, id } = await withPasskey();
        return { as: person, query: byId("removePasskey"), variables: { id } };
      },
    },
    revokeOtherSessions: {
      action: "session.revoked",
      act: async () => {
        const person = await signUp();
        const { email, password } = person;
        await stage().atrium.stranger.sdk.SignIn({ input: { email, password } });
        return { as: person, query: "mutation { revokeOtherSessions { id } }" };
      },
    },
    revokeAllSessions: { action: "session.revoked", ...own("mutation { revokeAllSessions { id } }") },
    rotateEncryptionKey: { action: "job.queued", act: () => operate("mutation { rotateEncryptionKey { id } }") },
    rotateSigningKey: { action: "signing_key.rotated", act: () => operate("mutation { rotateSigningKey { id } }") },
  };
};
