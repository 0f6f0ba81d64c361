// The peer's database: as many members as ours has in the bench.
import Database from 'better-sqlite3';

const [file, shop, members] = process.argv.slice(2);
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.exec(`CREATE TABLE tenant (id INTEGER PRIMARY KEY, domain TEXT UNIQUE);
  CREATE TABLE link (tenant INTEGER, customer_id INTEGER, code TEXT, state TEXT, PRIMARY KEY (tenant, customer_id));
  CREATE TABLE snapshot (tenant INTEGER, customer_id INTEGER, points INTEGER, rank TEXT, holder TEXT, expires_on TEXT, as_of INTEGER,
    PRIMARY KEY (tenant, customer_id));`);
database.prepare('INSERT INTO tenant VALUES (1, ?)').run(shop);
const link = database.prepare('INSERT INTO link VALUES (1, ?, ?, ?)');
const snapshot = database.prepare('INSERT INTO snapshot VALUES (1, ?, 2340, ?, ?, ?, ?)');
database.transaction(() => {
  for (let id = 1; id <= Number(members); ++id) {
    link.run(id, `T${String(id).padStart(13, '0')}`, 'linked');
    snapshot.run(id, 'ゴールド', '山田花子', '2026-12-31', 1_790_000_000);
  }
})();
