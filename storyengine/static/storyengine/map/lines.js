/* How a link runs: along its route with rounded corners, or as a curve where it has none; also where its head points. */

const ROUND = 12;

/** A Path2D for the link; sets `head` ({x, y, dx, dy}) and `tail` on it. */
export function linePath(link, model) {
  const path = new Path2D();
  if (link.source === link.target) loop(path, link, model);
  else if (link.far) stub(path, link, model);
  else if (link.route && link.route.length >= 4) follow(path, link);
  else curve(path, link, model);
  return path;
}

function follow(path, link) {
  const { route } = link;
  const last = route.length - 2;
  path.moveTo(route[0], route[1]);
  for (let index = 2; index < last; index += 2) {
    const [ax, ay, bx, by, cx, cy] = route.slice(index - 2, index + 4);
    const room = Math.min(Math.hypot(bx - ax, by - ay), Math.hypot(cx - bx, cy - by)) / 2;
    path.arcTo(bx, by, cx, cy, Math.min(ROUND, room));
  }
  path.lineTo(route[last], route[last + 1]);
  const [fx, fy] = [route[last - 2], route[last - 1]];
  const length = Math.hypot(route[last] - fx, route[last + 1] - fy) || 1;
  link.head = { x: route[last], y: route[last + 1], dx: (route[last] - fx) / length, dy: (route[last + 1] - fy) / length };
  link.tail = { x: route[0], y: route[1] };
}

/** A link over much of the story: a short way out here, a short way in there, and the whole line where one looks. */
function stub(path, link, model) {
  const { source, target } = link;
  link.full = new Path2D();
  curve(link.full, link, model);
  const [x, y] = [source.x + model.width / 2, source.y + model.height / 4];
  path.moveTo(x, y);
  path.lineTo(x + 16, y);
  path.moveTo(x + 10, y - 5);
  path.lineTo(x + 16, y);
  path.lineTo(x + 10, y + 5);
  path.moveTo(target.x - model.width / 2 - 14, target.y);
  path.lineTo(target.x - model.width / 2, target.y);
}

/** From the right side to the left side; a link that runs back swings around below. */
function curve(path, link, { width, height }) {
  const { source, target } = link;
  const [ax, ay, bx, by] = [source.x + width / 2, source.y, target.x - width / 2, target.y];
  const reach = Math.max(40, Math.abs(bx - ax) / 2);
  path.moveTo(ax, ay);
  if (bx >= ax - width / 2) {
    path.bezierCurveTo(ax + reach, ay, bx - reach, by, bx, by);
  } else {
    const low = Math.max(ay, by) + height * 1.2;
    path.bezierCurveTo(ax + 90, ay, ax + 90, low, ax - 20, low);
    path.lineTo(bx + 20, low);
    path.bezierCurveTo(bx - 90, low, bx - 90, by, bx, by);
  }
  link.head = { x: bx, y: by, dx: 1, dy: 0 };
  link.tail = { x: ax, y: ay };
}

function loop(path, link, { width, height }) {
  const { x, y } = link.source;
  const [right, top] = [x + width / 2, y - height / 2];
  path.moveTo(right - 34, top);
  path.bezierCurveTo(right - 34, top - 30, right + 30, top - 30, right + 30, top + 14);
  path.quadraticCurveTo(right + 30, top + 20, right, top + 20);
  link.head = { x: right, y: top + 20, dx: -1, dy: 0 };
  link.tail = null;
}

/** For a look from far away: nothing but the direction. */
export function straightPath(path, { source, target, far }) {
  if (far) return;
  path.moveTo(source.x, source.y);
  path.lineTo(target.x, target.y);
}
