'use strict';
// What a page does: tabs, hover and keys for details, filters, overlays, zoom, light and dark. No network.
(() => {
  const $ = (id) => document.getElementById(id);
  const make = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  const views = JSON.parse($('data').textContent).map((data, k) => ({ data, root: $('view-' + k), zoom: 0 }));
  let view = views[0];

  // ---- light and dark
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  root.classList.toggle('dark', dark.matches);
  $('theme').onclick = () => root.classList.toggle('dark');

  // ---- what joins what
  for (const one of views.filter((each) => each.data)) {
    const { cells, lines } = one.data;
    one.svg = one.root.querySelector('svg');
    one.natural = one.svg.viewBox.baseVal;
    one.of = (kind) => (kind in one ? one[kind] : (one[kind] = [...one.svg.querySelectorAll('[data-' + kind + ']')]));
    one.cell = new Map(one.of('c').map((node) => [+node.dataset.c, node]));
    one.linesOf = cells.map(() => []);
    lines.forEach((line, k) => { one.linesOf[line.a].push(k); one.linesOf[line.b].push(k); });
    one.at = new Map(cells.map((cell, k) => [cell.panel + '/' + cell.row + '/' + cell.column, k]));
    one.of('c').forEach((node) => { node.setAttribute('role', 'button'); node.setAttribute('aria-label', cells[+node.dataset.c].name); });
    if (one.of('c')[0]) one.of('c')[0].setAttribute('tabindex', '0');
    one.far = one.svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'g'));
  }

  // ---- details
  const amount = (joined) => joined.wanted === 0 ? 'no chips named' : (joined.present === joined.wanted ? joined.present : joined.present + ' of ' + joined.wanted) + (joined.wanted === 1 ? ' link' : ' links');
  const showFacts = (name, facts) => {
    const list = make('dl');
    for (const [key, value] of facts) list.append(make('dt', key), make('dd', value));
    $('details').replaceChildren(make('h2', name), list);
  };
  const showJoined = (list, name, joined, extra) => {
    const item = make('li');
    item.append(make('b', name), ' ' + amount(joined) + (joined.look === 'sound' ? '' : ', ' + joined.look));
    for (const [key, value] of joined.facts) item.append(make('span', key + ' ' + value));
    if (extra) item.append(make('span', extra));
    list.append(item);
  };
  const overlayLabel = (kind, number) => {
    const found = view.overlay && view.overlay[kind].find(([at]) => at === number);
    return found ? view.overlay.title + ': ' + found[2] : '';
  };
  const centre = (number) => {
    const box = view.cell.get(number).querySelector('rect').getBBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const unmark = () => {
    view.svg.querySelectorAll('.near, .picked').forEach((node) => node.classList.remove('near', 'picked'));
    view.far.replaceChildren();
  };
  const showCell = (number) => {
    const { cells, lines } = view.data;
    unmark();
    view.cell.get(number).classList.add('picked');
    const label = overlayLabel('cells', number);
    showFacts(cells[number].name, label ? [...cells[number].facts, [view.overlay.title, label]] : cells[number].facts);
    const list = make('ul');
    for (const at of view.linesOf[number]) {
      const line = lines[at];
      const other = line.a === number ? line.b : line.a;
      view.cell.get(other).classList.add('near');
      showJoined(list, cells[other].name, line, overlayLabel('lines', at));
      if (cells[other].panel !== cells[number].panel) {
        const [x, y] = centre(number), [u, v] = centre(other);
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('class', 'far');
        path.setAttribute('d', `M${x} ${y}Q${(x + u) / 2 + (v - y) / 8} ${(y + v) / 2 - (u - x) / 8} ${u} ${v}`);
        view.far.append(path);
      }
    }
    $('details').append(list);
  };
  const showLine = (number) => {
    const { cells, lines } = view.data;
    const line = lines[number];
    unmark();
    [line.a, line.b].forEach((end) => view.cell.get(end).classList.add('near'));
    view.svg.querySelectorAll(`[data-l="${number}"]`).forEach((node) => node.classList.add('picked'));
    const label = overlayLabel('lines', number);
    showFacts(cells[line.a].name + ' -- ' + cells[line.b].name, [['links', amount(line)], ['state', line.look], ...line.facts, ...(label ? [['now', label]] : [])]);
  };
  const showBundle = (number) => {
    const { bundles, panels, lines, cells } = view.data;
    const bundle = bundles[number];
    unmark();
    view.svg.querySelector(`[data-b="${number}"]`).classList.add('picked');
    showFacts(panels[bundle.a].title + ' -- ' + panels[bundle.b].title, [['links', amount(bundle)], ['state', bundle.look], ...bundle.facts]);
    const list = make('ul');
    lines.forEach((line, k) => {
      const [a, b] = [cells[line.a].panel, cells[line.b].panel].sort((x, y) => x - y);
      if (a === bundle.a && b === bundle.b) showJoined(list, cells[line.a].name + ' -- ' + cells[line.b].name, line, overlayLabel('lines', k));
    });
    $('details').append(list);
  };
  const show = (target) => {
    const node = target.closest && target.closest('[data-c], [data-l], [data-b]');
    if (!node || !view.data) return;
    if (node.dataset.c !== undefined) showCell(+node.dataset.c);
    else if (node.dataset.l !== undefined) showLine(+node.dataset.l);
    else showBundle(+node.dataset.b);
  };
  let pinned = false;
  document.querySelector('main').addEventListener('pointerover', (event) => { if (!pinned) show(event.target); });
  document.querySelector('main').addEventListener('click', (event) => {
    const node = event.target.closest('[data-c], [data-l], [data-b]');
    if (view.data && event.target.closest('svg')) { pinned = Boolean(node); if (node) show(node); else unmark(); }
  });
  document.querySelector('main').addEventListener('focusin', (event) => { pinned = false; show(event.target); });

  // ---- filters
  const filters = ['host', 'mesh', 'rank'];
  const fill = (select, names, word) => {
    select.replaceChildren(new Option('all', ''), ...names.map((name, k) => new Option(name, k)));
    select.disabled = names.length < 2;
    select.parentElement.hidden = names.length === 0;
  };
  const filter = () => {
    if (!view.data) return;
    const { cells, lines, bundles } = view.data;
    const wanted = filters.map((key) => [key, $(key).value]).filter(([, value]) => value !== '');
    const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (cell) => (cell.name + ' ' + cell.label + ' ' + cell.facts.map((fact) => fact.join(' ')).join(' ')).toLowerCase();
    const shown = cells.map((cell) => wanted.every(([key, value]) => String(cell[key]) === value) && words.every((word) => text(cell).includes(word)));
    const panels = new Set(cells.filter((cell, k) => shown[k]).map((cell) => cell.panel));
    view.of('c').forEach((node) => node.classList.toggle('dim', !shown[+node.dataset.c]));
    view.of('l').forEach((node) => { const line = lines[+node.dataset.l]; node.classList.toggle('dim', !shown[line.a] || !shown[line.b]); });
    view.of('b').forEach((node) => { const bundle = bundles[+node.dataset.b]; node.classList.toggle('dim', !panels.has(bundle.a) || !panels.has(bundle.b)); });
    const count = shown.filter(Boolean).length;
    $('count').textContent = (count === cells.length ? '' : count + ' of ') + cells.length + ' chips';
  };
  filters.forEach((key) => ($(key).onchange = filter));
  $('search').oninput = filter;

  // ---- colours and overlays
  const paint = () => {
    if (!view.data) return;
    const by = $('colour').value;
    const overlay = $('overlay').value === '' ? null : view.data.overlays[+$('overlay').value];
    view.overlay = overlay;
    const { cells } = view.data;
    const step = (value) => (value <= 0 ? 0 : Math.min(5, Math.ceil((value / overlay.most) * 5)));
    const clear = (node) => [0, 1, 2, 3, 4, 5].forEach((k) => node.classList.remove('t' + k));
    const cellHeat = new Map(overlay ? overlay.cells.map(([at, value]) => [at, value]) : []);
    const lineHeat = new Map(overlay ? overlay.lines.map(([at, value]) => [at, value]) : []);
    view.of('c').forEach((node) => {
      const number = +node.dataset.c, group = cells[number][by], rect = node.querySelector('rect');
      for (let k = 0; k < 8; ++k) node.classList.remove('h' + k);
      node.classList.toggle('hue', group !== undefined && !overlay);
      if (group !== undefined && !overlay) node.classList.add('h' + (group % 8));
      const heat = cellHeat.has(number) ? step(cellHeat.get(number)) : -1;
      rect.style.fill = overlay ? (heat > 0 ? `var(--t${heat})` : 'var(--idle)') : '';
      node.querySelector('text').style.fill = heat > 2 ? 'var(--paper)' : '';
    });
    const carried = new Map();
    view.of('l').forEach((node) => {
      clear(node);
      const number = +node.dataset.l;
      if (overlay) node.classList.add('t' + (lineHeat.has(number) ? step(lineHeat.get(number)) : 0));
    });
    for (const [number, value] of lineHeat) {
      const line = view.data.lines[number], [a, b] = [cells[line.a].panel, cells[line.b].panel].sort((x, y) => x - y);
      carried.set(a + '/' + b, Math.max(carried.get(a + '/' + b) || 0, value));
    }
    view.of('b').forEach((node) => {
      clear(node);
      const bundle = view.data.bundles[+node.dataset.b], value = carried.get(bundle.a + '/' + bundle.b);
      if (overlay) node.classList.add('t' + (value ? step(value) : 0));
    });
    $('scale').hidden = !overlay;
    if (overlay) $('scale').lastElementChild.textContent = ' up to ' + overlay.words;
  };
  $('colour').onchange = paint;
  $('overlay').onchange = paint;

  // ---- zoom
  const zoomTo = (zoom, x, y) => {
    if (!view.data) return;
    const stage = view.root, old = view.zoom || 1;
    zoom = Math.min(4, Math.max(0.1, zoom));
    const [left, top] = [x === undefined ? stage.clientWidth / 2 : x, y === undefined ? stage.clientHeight / 2 : y];
    const [atX, atY] = [(stage.scrollLeft + left) / old, (stage.scrollTop + top) / old];
    view.zoom = zoom;
    view.svg.style.width = view.natural.width * zoom + 'px';
    view.svg.style.height = view.natural.height * zoom + 'px';
    view.svg.classList.toggle('small', zoom < 0.5);
    stage.scrollLeft = atX * zoom - left;
    stage.scrollTop = atY * zoom - top;
    $('size').textContent = Math.round(zoom * 100) + ' %';
  };
  const fit = () => view.data && zoomTo(Math.min(1.6, (view.root.clientWidth - 4) / view.natural.width, Math.max(0.62, (view.root.clientHeight - 4) / view.natural.height)));
  $('in').onclick = () => zoomTo(view.zoom * 1.25);
  $('out').onclick = () => zoomTo(view.zoom / 1.25);
  $('fit').onclick = fit;
  document.querySelector('main').addEventListener('wheel', (event) => {
    if (!view.data || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const box = view.root.getBoundingClientRect();
    zoomTo(view.zoom * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  addEventListener('resize', () => { if (view.data) fit(); });

  // ---- tabs
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const open = (number) => {
    view = views[number];
    views.forEach((one) => (one.root.hidden = one !== view));
    tabs.forEach((tab, k) => { tab.setAttribute('aria-selected', String(k === number)); tab.tabIndex = k === number ? 0 : -1; });
    $('tools').hidden = !view.data;
    document.body.classList.toggle('reading', !view.data);
    if (!view.data) return;
    fill($('host'), view.data.hosts);
    fill($('mesh'), view.data.meshes);
    fill($('rank'), view.data.ranks);
    const ways = filters.filter((key) => view.data[key + (key === 'mesh' ? 'es' : 's')].length > 0);
    $('colour').replaceChildren(...ways.map((key) => new Option(key, key)), new Option('nothing', 'none'));
    $('colour').value = ways.includes('mesh') ? 'mesh' : 'none';
    $('overlay').replaceChildren(new Option('none', ''), ...view.data.overlays.map((one, k) => new Option(one.title, k)));
    $('overlay').parentElement.hidden = view.data.overlays.length === 0;
    const list = $('findings');
    list.replaceChildren(...view.data.findings.map((one) => make('li', one.text, one.look === 'missing' ? '' : 'warning')));
    list.previousElementSibling.hidden = view.data.findings.length === 0;
    if (!view.zoom) fit();
    filter();
    paint();
  };
  tabs.forEach((tab, k) => (tab.onclick = () => open(k)));

  // ---- keys
  const move = (rows, columns) => {
    const from = document.activeElement.closest && document.activeElement.closest('[data-c]');
    if (!from) return false;
    const { cells, panels, panels_per_row: wide } = view.data;
    const here = cells[+from.dataset.c];
    let next = view.at.get(here.panel + '/' + (here.row + rows) + '/' + (here.column + columns));
    if (next === undefined) {  // over the edge, into the panel beside
      const panel = here.panel + rows * wide + columns;
      if (panels[panel]) {
        const far = panels[panel];
        const row = rows > 0 ? 0 : rows < 0 ? far.rows - 1 : Math.min(here.row, far.rows - 1);
        const column = columns > 0 ? 0 : columns < 0 ? far.columns - 1 : Math.min(here.column, far.columns - 1);
        next = view.at.get(panel + '/' + row + '/' + column);
      }
    }
    if (next !== undefined) {
      from.setAttribute('tabindex', '-1');
      const node = view.cell.get(next);
      node.setAttribute('tabindex', '0');
      node.focus();
      node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    return true;
  };
  const keys = {
    ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0), ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1),
    '/': () => { $('search').focus(); return true; }, '+': () => { $('in').click(); return true; }, '-': () => { $('out').click(); return true; },
    '0': () => { fit(); return true; }, t: () => { $('theme').click(); return true; },
    Escape: () => {
      filters.forEach((key) => ($(key).value = ''));
      $('search').value = '';
      pinned = false;
      if (view.data) { unmark(); filter(); }
      document.activeElement.blur();
      return true;
    },
  };
  addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT)$/.test(document.activeElement.tagName) && event.key !== 'Escape';
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const onTab = document.activeElement.getAttribute('role') === 'tab';
    if (onTab && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const number = (tabs.indexOf(document.activeElement) + (event.key === 'ArrowRight' ? 1 : tabs.length - 1)) % tabs.length;
      open(number);
      tabs[number].focus();
      event.preventDefault();
    } else if (keys[event.key] && keys[event.key]()) {
      event.preventDefault();
    }
  });
  open(0);
})();
