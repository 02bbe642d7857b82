import type { App } from "#src/app.js";
import { EraseAccount } from "#src/identity/erasure-service.js";
import { ExportMyData } from "#src/identity/export-service.js";
import { DeliverMail } from "#src/identity/mail-service.js";
import { OfferReset } from "#src/identity/password-service.js";
import { handle } from "#src/platform/job-handler.js";

export const identityWorker = ({ mails, passwords, exports, erasure }: App) => [
  handle(DeliverMail, ({ id }, run) => mails.deliver(run, id)),
  handle(OfferReset, ({ id }, run) => passwords.offerReset(run, id)),
  handle(ExportMyData, (_, run) => exports.make(run)),
  handle(EraseAccount, (_, run) => erasure.erase(run)),
];
