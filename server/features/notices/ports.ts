/** A message as text alone. messageId: the same on every attempt, so that a server may recognise a repeat (RFC 5322 §3.6.4). */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}

/** permanent: no later attempt can succeed (no such mailbox). */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly permanent: boolean; readonly reason: string };

export interface MailPort {
  send(mail: Mail): Promise<Sent>;
  close(): void;
}

/** As the browser gives it (W3C Push API): where to post, and the keys that the message is encrypted for (RFC 8291). */
export interface PushTarget {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** The hub's own key pair by which push services know it (RFC 8292), base64url. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface PushMessage {
  readonly title: string;
  readonly body: string;
  readonly href: string;
  readonly tag: string;
  readonly urgent: boolean;
}

export interface PushPort {
  makeKeys(): Promise<VapidKeys>;
  /** Does it go to a service that browsers use? Anything else would let a person make the hub post to any address. */
  accepts(endpoint: string): boolean;
  send(keys: VapidKeys, target: PushTarget, message: PushMessage): Promise<Sent>;
}

export interface NoticePorts {
  /** null: the hub has no mail server. */
  readonly mail: MailPort | null;
  readonly push: PushPort;
  /** Where people reach the hub, for links in mails; undefined: mails say so without one. */
  readonly publicUrl: string | undefined;
}
