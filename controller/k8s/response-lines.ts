import type { IncomingMessage } from 'node:http';

/** The lines of an answer as they come, empty ones too. @throws what the connection broke off with */
export async function* responseLines(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  let rest: string[] = [];
  for await (const chunk of response as AsyncIterable<string>) {
    const parts = chunk.split('\n');
    const last = parts.pop()!;
    for (const part of parts) {
      yield rest.join('') + part;
      rest = [];
    }
    if (last !== '') rest.push(last);
  }
  if (rest.length > 0) yield rest.join('');
}
