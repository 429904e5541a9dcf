import { promises as dns } from "node:dns";
import { BlockList, isIP } from "node:net";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** True where `host` of a peer's row means this address: "*", the address, a CIDR range that holds it, or a name that resolves to it. */
export async function hostMatches(host: string, address: string): Promise<boolean> {
  if (host === "*" || host === address) return true;
  const slash = host.indexOf("/");
  if (slash > 0) return inRange(host.slice(0, slash), Number(host.slice(slash + 1)), address);
  if (isIP(host) !== 0) return false;
  const found = await dns.lookup(host, { all: true }).catch(() => []);
  return found.some((entry) => entry.address === address);
}

function inRange(network: string, prefix: number, address: string): boolean {
  const most = isIP(network) === 6 ? 128 : 32;
  if (isIP(network) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family(network));
  return isIP(address) !== 0 && list.check(address, family(address));
}
