import { type GenerateResult, generate } from "selfsigned";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the test's own with a certificate for the hub on the loopback address, one for a sender, and one that a stranger made itself. */
export async function makeAuthority(): Promise<{
  ca: string;
  hub: Certificate;
  sender: Certificate;
  stranger: Certificate;
}> {
  const root = await generate([{ name: "commonName", value: "Test authority" }], {
    keySize: 2048,
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const signed = (name: string) =>
    generate([{ name: "commonName", value: name }], {
      keySize: 2048,
      ca: { key: root.private, cert: root.cert },
      extensions: [
        { name: "basicConstraints", cA: false },
        { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
      ],
    });
  const [hub, sender, stranger] = await Promise.all([
    signed("hub"),
    signed("sender"),
    generate([{ name: "commonName", value: "stranger" }], { keySize: 2048 }),
  ]);
  return { ca: root.cert, hub: pair(hub), sender: pair(sender), stranger: pair(stranger) };
}

const pair = ({ cert, private: key }: GenerateResult): Certificate => ({ cert, key });
