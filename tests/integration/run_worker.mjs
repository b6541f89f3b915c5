// Runs the Email Worker named on the command line on the mail described on standard input, with a
// message that notes where it was forwarded.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { mail, from, to, refused, env } = JSON.parse(readFileSync(0, "utf8"));
const forwarded = [];
const message = {
  from,
  to,
  raw: new Blob([Buffer.from(mail, "base64")]).stream(),
  async forward(address, headers) {
    if (refused.includes(address)) throw new Error("destination address not verified");
    forwarded.push([address, Object.fromEntries(headers)]);
  },
};
const worker = await import(pathToFileURL(process.argv[2]));
await worker.default.email(message, env, {});
console.log(JSON.stringify(forwarded));
