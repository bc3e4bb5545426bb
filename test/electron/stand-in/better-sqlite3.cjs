/*
 * better-sqlite3 for the old test Electron only, over node-sqlite3-wasm: the real module needs Node-API 10 and aborts there. Only what the
 * product uses. No WAL in WebAssembly: the pragma answers `delete` and nothing depends on it.
 */
const { Database: WasmDatabase } = require('node-sqlite3-wasm');

/** better-sqlite3 binds `@name` by `{ name }`, the other one by `{ '@name' }`; undefined never occurs. */
function bind(values) {
  const [first] = values;
  const isNamed = values.length === 1 && typeof first === 'object' && first !== null && !ArrayBuffer.isView(first);
  return isNamed ? Object.fromEntries(Object.entries(first).map(([name, value]) => [`@${name}`, value])) : values;
}

class Statement {
  constructor(database, sql) {
    this.database = database;
    this.sql = sql;
    this.statement = database.prepare(sql);
  }
  run(...values) {
    const { changes, lastInsertRowId } = this.statement.run(bind(values));
    return { changes, lastInsertRowid: lastInsertRowId };
  }
  get(...values) {
    return this.statement.get(bind(values)) ?? undefined;
  }
  all(...values) {
    return this.statement.all(bind(values));
  }
}

class Database {
  constructor(path, options = {}) {
    this.database = new WasmDatabase(path, { readOnly: options.readonly === true });
  }
  get inTransaction() {
    return this.database.inTransaction;
  }
  prepare(sql) {
    return new Statement(this.database, sql);
  }
  exec(sql) {
    this.database.exec(sql);
  }
  pragma(text, { simple = false } = {}) {
    const rows = this.database.all(`PRAGMA ${text}`);
    return simple ? Object.values(rows[0] ?? {})[0] : rows;
  }
  transaction(action) {
    return (...values) => {
      this.exec('BEGIN');
      try {
        const result = action(...values);
        this.exec('COMMIT');
        return result;
      } catch (error) {
        this.exec('ROLLBACK');
        throw error;
      }
    };
  }
  close() {
    this.database.close();
  }
}

module.exports = Database;
module.exports.default = Database;
