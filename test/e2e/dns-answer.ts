const HEADER_BYTES = 12;
const [TYPE_A, CLASS_IN] = [1, 1];
const TTL_SECONDS = 1;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;

/** Answers a question by a table of names and IPv4 addresses; names that are not in it do not exist. */
export function dnsAnswer(question: Buffer, addresses: ReadonlyMap<string, string>): Buffer {
  const { name, type, class: kind, end } = readQuestion(question);
  const address = addresses.get(name.toLowerCase());
  const isKnown = kind === CLASS_IN && address !== undefined;
  const record = isKnown && type === TYPE_A ? addressRecord(address) : Buffer.alloc(0);
  const header = Buffer.alloc(HEADER_BYTES);
  question.copy(header, 0, 0, 2);
  const opcode = (question[2]! >> 3) & 15;
  const code = opcode !== 0 ? NOT_IMPLEMENTED : isKnown ? 0 : NO_SUCH_NAME;
  // an answer, from the authority, with what the question wished for
  header[2] = 0x84 | (question[2]! & 0x79);
  header[3] = 0x80 | code;
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  return Buffer.concat([header, question.subarray(HEADER_BYTES, end), record]);
}

interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Where it ends in the message. */
  readonly end: number;
}

function readQuestion(message: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message[at++]!; length > 0; length = message[at++]!) {
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  return {
    name: labels.join('.'),
    type: message.readUInt16BE(at),
    class: message.readUInt16BE(at + 2),
    end: at + 4,
  };
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  // the name stands in the question
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}
