// Buttons under a message. Every label is text; nothing that comes from outside becomes markup.

const safe = /^(https?:|tel:|mailto:)/i;

/** keys draws rows of buttons; tapped(data) is called for one that was tapped. */
export function keys(rows, tapped) {
  const box = document.createElement('div');
  box.className = 'keys';
  rows.forEach((row, i) => {
    const month = row.length === 1 && rows[i + 1]?.length === 7;
    box.append(drawRow(row, tapped, month ? 'month' : row.length === 7 ? 'week' : '', monthOver(rows, i)));
  });
  return box;
}

/** monthOver is the title of the calendar that a row belongs to. */
function monthOver(rows, i) {
  for (let j = i; j >= 0; j--) {
    if (rows[j].length === 1 && rows[j + 1]?.length === 7) return rows[j][0].label;
    if (rows[j].length !== 7) return '';
  }
  return '';
}

function drawRow(row, tapped, kind, month) {
  const line = document.createElement('div');
  line.className = `row ${kind}`;
  line.style.gridTemplateColumns = `repeat(${row.length}, minmax(0, 1fr))`;
  for (const choice of row) {
    line.append(kind === 'month' || (kind === 'week' && !/\d/.test(choice.label)) ? plain(choice, kind) : key(choice, tapped, month));
  }
  return line;
}

/** plain is a cell of the calendar that cannot be tapped: its title, a weekday, a day that is full. */
function plain(choice, kind) {
  const cell = document.createElement('span');
  const label = choice.label.trim();
  cell.className = kind === 'month' ? 'title' : label === '·' ? 'full' : 'weekday';
  cell.textContent = label;
  if (label === '·') cell.setAttribute('aria-hidden', 'true');
  return cell;
}

function key(choice, tapped, month) {
  if (choice.url) {
    const link = document.createElement('a');
    link.className = 'key';
    link.textContent = choice.label;
    if (safe.test(choice.url)) link.href = choice.url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return link;
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'key';
  button.textContent = choice.label;
  if (month) button.setAttribute('aria-label', `${choice.label}, ${month}`);
  button.addEventListener('click', () => {
    button.classList.add('tapped');
    tapped(choice.data);
  });
  return button;
}
