/**
 * The page's own script: sorting, all tiles, and the large view. Without it the sheet shows all faces, and check boxes work all the same. Texts only go
 * into the page as texts.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const island = document.getElementById('face-facts');
  if (!island) return;
  const facts = JSON.parse(island.textContent);
  const sheet = document.getElementById('sheet');
  const tiles = [...sheet.children];
  const more = document.getElementById('more');
  const sort = document.getElementById('sort');
  const dialog = document.getElementById('large');
  const first = tiles.filter((tile) => !tile.classList.contains('rest')).length;
  let order = tiles.map((_, i) => i);
  let shown = order[0];

  const keys = {
    index: (face) => face.index,
    size: (face) => face.size,
    score: (face) => face.score,
    sharpness: (face) => face.sharpness,
    yaw: (face) => (face.yaw === null ? null : -Math.abs(face.yaw)),
    pitch: (face) => (face.pitch === null ? null : -Math.abs(face.pitch)),
    roll: (face) => (face.roll === null ? null : -Math.abs(face.roll)),
  };

  const arrange = (by) => {
    const key = (i) => keys[by](facts[i]) ?? Infinity;
    order = tiles.map((_, i) => i).sort((a, b) => key(a) - key(b) || a - b);
    for (const [place, i] of order.entries()) tiles[i].classList.toggle('rest', place >= first);
    sheet.append(...order.map((i) => tiles[i]));
  };

  const line = (name, value) => {
    const row = document.createElement('div');
    row.append(document.createElement('dt'), document.createElement('dd'));
    row.firstChild.textContent = name;
    row.lastChild.textContent = value;
    return row;
  };
  const degrees = (value) => (value === null ? 'not known' : value.toFixed(1) + '°');
  const number = (value, unit) => (value === null ? 'not known' : value + unit);

  const show = (i) => {
    shown = i;
    const face = facts[i];
    document.getElementById('large-title').textContent = 'Face ' + face.face + ' of ' + face.frame;
    const content = [...tiles[i].querySelector('button').children].map((part) => part.cloneNode(true));
    dialog.querySelector('.picture').replaceChildren(...content);
    dialog.querySelector('dl').replaceChildren(
      line('Frame', String(face.index)),
      line('Size', number(face.size, ' px')),
      line('Confidence', number(face.score, '')),
      line('Yaw', degrees(face.yaw)),
      line('Pitch', degrees(face.pitch)),
      line('Roll', degrees(face.roll)),
      line('Sharpness', number(face.sharpness, '')),
      line('Crop', face.crop ?? 'none'),
    );
    if (!dialog.open) dialog.showModal();
  };

  const step = (by) => {
    const place = order.indexOf(shown) + by;
    if (place >= 0 && place < order.length) show(order[place]);
  };

  sheet.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) show(Number(button.dataset.face));
  });
  document.getElementById('previous').addEventListener('click', () => step(-1));
  document.getElementById('next').addEventListener('click', () => step(1));
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowLeft') step(-1);
    if (event.key === 'ArrowRight') step(1);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => tiles[shown].querySelector('button').focus());

  sort.hidden = false;
  sort.querySelector('select').addEventListener('change', (event) => arrange(event.target.value));
  if (tiles.length > first) {
    sheet.classList.add('folded');
    more.hidden = false;
    more.firstElementChild.addEventListener('click', () => {
      sheet.classList.remove('folded');
      more.hidden = true;
      tiles[order[first]].querySelector('button').focus();
    });
  }
})();
`;
