// Asks Signalbox where a mail goes and forwards it there. Whatever fails, a mailbox that people
// read gets the mail. docs/gateways.md says how to set this up.
const TIMEOUT_MS = 15_000;
const UNKNOWN = { addresses: [], headers: { "X-Signalbox-Outcome": "unclassified" } };

export default {
  async email(message, env) {
    const { addresses, headers } = await ask(message, env).catch(() => UNKNOWN);
    const forward = async (address) => message.forward(address, new Headers(headers));
    const sent = await Promise.allSettled(addresses.map(forward));
    const isDone = sent.length > 0 && sent.every(({ status }) => status === "fulfilled");
    if (!isDone) await forward(env.FALLBACK_ADDRESS);
  },
};

async function ask(message, env) {
  const answer = await fetch(`${env.SIGNALBOX_URL}/inbound/cloudflare`, {
    method: "POST",
    body: message.raw,
    duplex: "half", // Node asks for it where the body is a stream
    headers: {
      Authorization: `Bearer ${env.SIGNALBOX_TOKEN}`,
      "Content-Type": "message/rfc822",
      "X-Envelope-From": message.from,
      "X-Envelope-To": message.to,
    },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status !== 200) throw new Error(`Signalbox answers ${answer.status}`);
  const { addresses, headers } = await answer.json();
  if (!addresses.length) throw new Error("Signalbox names no mailbox");
  return { addresses, headers };
}
