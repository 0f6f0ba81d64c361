// A mail server on loopback: takes mails, refuses addresses, or hangs up half-way, as a test tells it.
import { SMTPServer } from 'smtp-server';

const decoded = (base64) => Buffer.from(base64, 'base64').toString('utf8');

/** @param {string} raw a mail of plain text in base64, as the server sends it */
export function read(raw) {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.slice(0, end).replace(/\r\n[ \t]/g, ' ').split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
  const subject = headers.subject.split(' ').map((word) => decoded(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)[1])).join('');
  return { headers, names: lines.map((line) => line.slice(0, line.indexOf(':'))), subject, text: decoded(raw.slice(end + 4)).replaceAll('\r\n', '\n'), raw };
}

export class Mailbox {
  /** @type {ReturnType<typeof read>[]} */
  mails = [];
  /** How many connections and mails it saw, also those that came to nothing. */
  connections = 0;
  attempts = 0;
  refuse = '';  // what it answers to an address
  refuseSender = '';  // what it answers to ours
  hangUps = 0;  // mails it hangs up on before it has answered them
  /** @type {(mail: ReturnType<typeof read>) => boolean} */
  silent = () => false;  // takes these and never says so
  pauseMs = 0;  // how long it takes over a mail before it answers

  /** @param {number} port @param {object} options of the server, e.g. {secure: true} */
  open(port, options = {}, host = '127.0.0.1') {
    this.server = new SMTPServer({
      authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], logger: false, ...options,
      onConnect: (_, done) => { this.connections += 1; done(); },
      onMailFrom: (address, _, done) => done(this.refuseSender ? Object.assign(new Error(this.refuseSender), { responseCode: 550 }) : undefined),
      onRcptTo: (address, _, done) => {
        this.attempts += 1;
        done(this.refuse ? Object.assign(new Error(this.refuse), { responseCode: 550 }) : undefined);
      },
      onData: (stream, session, done) => {
        const parts = [];
        stream.on('data', (part) => parts.push(part));
        stream.on('end', () => {
          const mail = read(Buffer.concat(parts).toString('utf8'));
          if (this.hangUps > 0) {
            this.hangUps -= 1;
            this.hungUpOn = mail;
            for (const connection of this.server.connections) if (connection.id === session.id) connection._socket.destroy();
            return;
          }
          this.mails.push(mail);
          if (this.silent(mail)) return;
          if (this.pauseMs > 0) setTimeout(done, this.pauseMs);
          else done();
        });
      },
    });
    this.server.on('error', () => {});  // a client that goes away
    return new Promise((resolve) => this.server.listen(port, host, () => resolve(port)));
  }

  close() { return new Promise((resolve) => (this.server ? this.server.close(() => resolve()) : resolve())); }
}
