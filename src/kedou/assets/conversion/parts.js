function cellOf(row, column) {
  let cell = Object.prototype.hasOwnProperty.call(row, column) ? row[column] : null;
  if (typeof cell === "string") cell = cell.replace(SPACE, "");
  const endless = typeof cell === "number" && !Number.isFinite(cell);
  if (cell === null || cell === undefined || endless || ABSENT.includes(cell)) {
    throw new Error(say(MISSING, { column }));
  }
  return cell;
}

function say(message, values) {
  return message.replace(/\{(\w+)\}/g, (_, name) => JSON.stringify(values[name]));
}

function number(row, column, limit) {
  let cell = cellOf(row, column);
  if (typeof cell === "string") {
    if (/^(true|false)$/i.test(cell)) cell = cell.toLowerCase() === "true";
    else if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(cell)) cell = NaN;
  }
  const x = ["string", "number", "boolean", "bigint"].includes(typeof cell) ? Number(cell) : NaN;
  if (!(Math.abs(x) <= limit)) throw new Error(say(NOT_A_NUMBER, { column, limit }));
  return x;
}

function level(row, column, weights) {
  const cell = cellOf(row, column);
  let name = typeof cell === "number" ? written(cell) : String(cell);
  if (/^-?(0|[1-9][0-9]*)\.0+$/.test(name)) name = name.slice(0, name.indexOf("."));
  if (/^(true|false)$/i.test(name)) name = name.toLowerCase();
  if (!weights.has(name)) throw new Error(say(UNSEEN, { column, level: name }));
  return weights.get(name);
}

function written(value) {
  const size = Math.abs(value);
  if (Object.is(value, -0)) return "-0";
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

function moment(row, column) {
  let cell = cellOf(row, column);
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) cell = cell.toISOString();
  const day = "(\\d{4})(?:[-/.](\\d{1,2})[-/.](\\d{1,2})|年(\\d{1,2})月(\\d{1,2})日)";
  const time = "(?:[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(\\.\\d+)?)?)?Z?";
  const found = new RegExp(`^${day}${time}$`).exec(String(cell)) || [];
  const part = (...groups) => Number(groups.map((group) => found[group] || "").join(""));
  const [year, month, date] = [part(1), part(2, 4), part(3, 5)];
  const [hour, minute, second] = [part(6), part(7), part(8)];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, date);
  const isDate = year > 0 && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  if (!isDate || hour > 23 || minute > 59 || second > 59) {
    throw new Error(say(NOT_A_DATE, { column }));
  }
  const micros = Math.round(part(9) * 1e6) % 1000000;
  const rest = ((hour * 60 + minute) * 60 + second) * 1e6 + micros;
  const whole = Math.round(at.getTime() / 864e5);
  return { days: whole + rest / 864e8, weekday: (((whole + 3) % 7) + 7) % 7, month: month - 1 };
}

function dayPart(at, column, trend, weekdays, months) {
  const weekday = weekdays[at.weekday];
  const month = months[at.month];
  if (weekday === null || month === null) {
    throw new Error(say(UNSEEN, { column, level: JSON.stringify(at) }));
  }
  return trend * at.days + weekday + month;
}

function probability(score) {
  const small = Math.exp(-Math.abs(score));
  return (score >= 0 ? 1 : small) / (1 + small);
}
