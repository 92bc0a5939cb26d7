import type { JsonPath } from "../../base/jsonc.ts";
import type { ResolvedAgent } from "../resolved.ts";
import { WEBHOOK_RANGES } from "../schema/ranges.ts";
import { outOfRange, type Problem } from "./problem.ts";

type Webhook = ResolvedAgent["webhook"];

/** What is wrong with the webhook settings: ranges always, the address only when it is enabled. */
export function webhookProblem(webhook: Webhook, path: JsonPath): Problem | null {
  const range = outOfRange(webhook, WEBHOOK_RANGES, path);
  if (range !== null || webhook.enabled !== true) return range;
  const urlPath = [...path, "url"];
  const text = webhook.url?.trim() ?? "";
  if (text === "") return { path: urlPath, text: "is required while the webhook is enabled" };
  const url = URL.parse(text);
  // The message must not repeat the address: it may carry a token.
  if (url === null || url.hostname === "") return { path: urlPath, text: "is not an absolute URL with a host" };
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== "https" && !(scheme === "http" && webhook.allow_insecure_http === true)) {
    return {
      path: urlPath,
      text: `has the scheme ${scheme}, must be https`,
      ...(scheme === "http" ? { hint: "Set `allow_insecure_http` to true if plain http is meant." } : {}),
    };
  }
  if (webhook.allow_private_targets === true || !isPrivateHost(url.hostname)) return null;
  return {
    path: urlPath,
    text: `points at this machine or its link (${url.hostname})`,
    hint: "Set `allow_private_targets` to true if that is meant.",
  };
}

/** Loopback, link-local, unspecified and cloud metadata hosts, as `URL.hostname` writes them. Private networks are not among them. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host === "localhost" || host.endsWith(".localhost") || host === "metadata.google.internal") return true;
  if (!host.startsWith("[")) return isPrivateIpv4(host);
  const address = host.slice(1, -1);
  if (address === "::1" || address === "::") return true;
  if (/^fe[89ab][0-9a-f]:/.test(address)) return true;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return false;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return isPrivateIpv4([high >> 8, high & 255, low >> 8, low & 255].join("."));
}

function isPrivateIpv4(host: string): boolean {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return false;
  return host.startsWith("127.") || host.startsWith("169.254.") || host === "0.0.0.0";
}
