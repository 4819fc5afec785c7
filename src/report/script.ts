/**
 * The page's own script, as text: it puts the thumbnails in their places, and shows the pictures of the confusion cell
 * that is chosen. Everything else on the page works without it. Names go in as text, never as HTML.
 */
export const SCRIPT = `'use strict';
(() => {
  const data = JSON.parse(document.getElementById('report-data').textContent);
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const fill = place => {
    const source = data.thumbnails[place.dataset.picture];
    if (source === undefined) return place.classList.add('none');
    const image = element('img');
    image.alt = place.getAttribute('aria-label');
    image.src = source;
    image.decoding = 'async';
    const path = image.alt;
    place.removeAttribute('role');
    place.removeAttribute('aria-label');
    if (data.base === undefined) return place.append(image);
    const link = element('a');
    link.href = data.base + path.split('/').map(encodeURIComponent).join('/');
    link.target = '_blank';
    link.title = 'Open the picture';
    link.append(image);
    place.append(link);
  };
  for (const place of document.querySelectorAll('.thumb')) fill(place);

  const panel = document.getElementById('cell');
  let open = null;
  const close = focus => {
    if (open === null) return;
    open.setAttribute('aria-expanded', 'false');
    panel.hidden = true;
    panel.replaceChildren();
    if (focus) open.focus();
    open = null;
  };
  const show = button => {
    if (open === button) return close(false);
    close(false);
    open = button;
    button.setAttribute('aria-expanded', 'true');
    const [given, predicted] = button.dataset.cell.split('-').map(Number);
    const cell = data.cells[button.dataset.cell];
    const named = given === predicted ? 'named right' : 'named ' + data.categories[predicted];
    const head = element('div', 'panel-head');
    const title = element('h3', '', cell.total + ' of ' + data.categories[given] + ', ' + named);
    title.tabIndex = -1;
    const shut = element('button', 'close', 'Close');
    shut.type = 'button';
    shut.addEventListener('click', () => close(true));
    head.append(title, shut);
    const gallery = element('ul', 'gallery');
    const names = element('ul', 'names');
    for (const [index, path, score] of cell.pictures) {
      const seen = data.thumbnails[index] !== undefined;
      const item = element('li');
      if (seen) {
        const figure = element('figure');
        const place = element('div', 'thumb');
        place.dataset.picture = index;
        place.setAttribute('aria-label', path);
        fill(place);
        const caption = element('figcaption');
        caption.append(element('span', 'said', score), element('span', 'path', path));
        figure.append(place, caption);
        item.append(figure);
        gallery.append(item);
      } else {
        item.append(element('span', 'path', path), ' ' + score);
        names.append(item);
      }
    }
    panel.replaceChildren(head, gallery);
    if (names.childElementCount > 0) {
      const more = element('details');
      more.append(element('summary', '', names.childElementCount + ' more by name'), names);
      if (gallery.childElementCount === 0) more.open = true;
      panel.append(more);
    }
    const left = cell.total - cell.pictures.length;
    if (left > 0) panel.append(element('p', 'soft', 'and ' + left + ' more.'));
    panel.hidden = false;
    title.focus({ preventScroll: true });
    panel.scrollIntoView({ block: 'nearest' });
  };
  const tabs = document.querySelectorAll('[data-show]');
  const choose = tab => {
    for (const each of tabs) each.setAttribute('aria-pressed', String(each === tab));
    for (const item of document.querySelectorAll('[data-kinds]')) {
      item.hidden = tab.dataset.show !== 'all' && !item.dataset.kinds.split(' ').includes(tab.dataset.show);
    }
  };
  document.addEventListener('click', event => {
    const tab = event.target.closest('[data-show]');
    if (tab) choose(tab);
    const button = event.target.closest('[data-cell]');
    if (button) show(button);
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') close(true);
  });
})();
`
