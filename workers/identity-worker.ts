import type { App } from "#src/app.js";
import { DeliverMail } from "#src/identity/mail-service.js";
import { OfferReset } from "#src/identity/password-service.js";
import { handle } from "#src/platform/job-handler.js";

export const identityWorker = ({ mails, passwords }: App) => [
  handle(DeliverMail, ({ id }, run) => mails.deliver(run, id)),
  handle(OfferReset, ({ id }, run) => passwords.offerReset(run, id)),
];
