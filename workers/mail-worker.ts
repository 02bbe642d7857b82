import type { App } from "#src/app.js";
import { DeliverMail } from "#src/identity/mail-service.js";
import { handle } from "#src/platform/job-handler.js";

export const mailWorker = ({ mails }: App) => [handle(DeliverMail, ({ id }, run) => mails.deliver(run, id))];
