// The newsletter through nodemailer's pool, five connections: `node send.mjs PORT LIST TEMPLATES COUNT`.
// Prints one JSON object: messages sent, seconds, and the CPU of the work alone.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [port, list, templates, count] = process.argv.slice(2);
const nodemailer = createRequire(join(process.env.PEER_MODULES, "index.js"))("nodemailer");

const escaped = (text) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
// Template literals, compiled once: our own words, written by the benchmark.
const literal = (name) => new Function("r", "return `" + readFileSync(join(templates, name), "utf8") + "`");
const [subject, text, html] = ["subject.js", "text.js", "html.js"].map(literal);
const headers = Object.entries(JSON.parse(readFileSync(join(templates, "headers.json"), "utf8")));

const readers = readFileSync(list, "utf8").trim().split("\n").slice(0, Number(count)).map((line) => JSON.parse(line));
const transporter = nodemailer.createTransport({
  host: "127.0.0.1", port: Number(port), pool: true, maxConnections: 5, maxMessages: Infinity, ignoreTLS: true,
});

const own = (value, reader) =>
  value.replaceAll("{public_id}", reader.public_id).replaceAll("{token}", reader.token);
const message = (reader) => {
  const safe = Object.fromEntries(Object.entries(reader).map(([name, value]) => [name, escaped(value)]));
  return {
    from: { name: "Example Platform", address: "newsletter@platform.example" },
    to: { name: reader.name, address: reader.email },
    replyTo: "office@platform.example",
    subject: subject(reader), text: text(reader), html: html(safe),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, own(value, reader)])),
  };
};

const started = performance.now();
const before = process.cpuUsage();
let next = 0;
let sent = 0;
await new Promise((resolve, reject) => {
  const feed = () => {
    while (next < readers.length && transporter.isIdle()) {
      transporter.sendMail(message(readers[next++])).then(() => {
        sent += 1;
        if (sent === readers.length) resolve();
      }, reject);
    }
  };
  transporter.on("idle", feed);
  feed();
});
const used = process.cpuUsage(before);
console.log(JSON.stringify({ sent, own_seconds: (performance.now() - started) / 1000, cpu_s: (used.user + used.system) / 1e6 }));
transporter.close();
