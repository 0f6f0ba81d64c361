// A TCP relay in front of a stand-in: closing it is the platform going down, opening it again is the platform coming back
// with everything it knew.
import { connect, createServer } from 'node:net';

export class Relay {
  constructor(targetPort) { this.targetPort = targetPort; this.sockets = new Set(); }

  open(port = this.port ?? 0) {
    this.server = createServer((client) => {
      const target = connect(this.targetPort, '127.0.0.1');
      for (const socket of [client, target]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => { this.sockets.delete(socket); client.destroy(); target.destroy(); });
      }
      client.pipe(target).pipe(client);
    });
    return new Promise((resolve, reject) => {
      this.server.on('error', reject);
      this.server.listen(port, '127.0.0.1', () => { this.port = this.server.address().port; resolve(this.port); });
    });
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
