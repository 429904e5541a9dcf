import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import busboy from "@fastify/busboy";

export interface SpeechRequest {
  readonly authorization: string | undefined;
  readonly fields: Record<string, string>;
  readonly file: { readonly name: string; readonly type: string; readonly sound: Buffer };
}

/** A speech server as a site would run one: reads the form of each request, and answers what the test wants. */
export class SpeechServer {
  readonly asked: SpeechRequest[] = [];
  answer: { status: number; body: string } = { status: 200, body: '{"text": ""}' };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SpeechServer> {
    const server = createServer();
    const speech = new SpeechServer(server);
    server.on("request", (request, response) => {
      const fields: Record<string, string> = {};
      let file: SpeechRequest["file"] = { name: "", type: "", sound: Buffer.alloc(0) };
      const form = busboy({ headers: request.headers as { "content-type": string } });
      form.on("field", (name, value) => {
        fields[name] = String(value);
      });
      form.on("file", (_field, stream, name, _encoding, type) => {
        const pieces: Buffer[] = [];
        stream.on("data", (piece: Buffer) => pieces.push(piece));
        stream.on("end", () => {
          file = { name: String(name), type: String(type), sound: Buffer.concat(pieces) };
        });
      });
      form.on("finish", () => {
        speech.asked.push({ authorization: request.headers.authorization, fields, file });
        const { status, body } = speech.answer;
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      });
      request.pipe(form);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return speech;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/audio/transcriptions`;
  }

  says(text: string): void {
    this.answer = { status: 200, body: JSON.stringify({ text }) };
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
