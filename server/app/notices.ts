import { webPushSender } from "../adapters/push/web-push.js";
import { noticesFeature } from "../features/notices/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Config } from "./config.js";

/** Notices with the mail server, where there is one, and the browsers' push services. */
export async function composeNotices(deps: Deps, config: Config): Promise<Feature> {
  const { smtpUrl, from } = config.mail;
  const { publicUrl } = config.http;
  const contact = publicUrl?.startsWith("https:") ? publicUrl : `mailto:${/<([^>]+)>/.exec(from)?.[1] ?? from}`;
  return noticesFeature(deps, {
    mail: smtpUrl ? (await import("../adapters/mail/smtp.js")).smtpMail({ url: smtpUrl, from }) : null,
    push: webPushSender({ contact }),
    publicUrl,
  });
}
