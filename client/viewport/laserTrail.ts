/** How long a stroke of the laser stays, ms. */
const STAYS_MS = 1100;

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

export interface LaserTrails {
  /** The pointer `id` is at that place of the viewport now (CSS px). */
  point(id: string, x: number, y: number, colour: string): void;
  /** The pointer left, or draws no trail any more. */
  lift(id: string): void;
  destroy(): void;
}

/** Draws fading trails behind pointers, on one canvas over the viewport; costs nothing while nobody draws. */
export function createLaserTrails(host: HTMLElement): LaserTrails {
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
  canvas.setAttribute("aria-hidden", "true");
  const trails = new Map<string, { colour: string; dots: Dot[] }>();
  let request = 0;

  const draw = (now: number) => {
    request = 0;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(host.clientWidth * ratio), Math.round(host.clientHeight * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, host.clientWidth, host.clientHeight);
    pen.lineCap = "round";
    for (const [id, { colour, dots }] of trails) {
      while (dots[0] && now - dots[0].at > STAYS_MS) dots.shift();
      if (dots.length === 0) {
        trails.delete(id);
        continue;
      }
      pen.strokeStyle = colour;
      for (let n = 1; n < dots.length; n += 1) {
        const [from, to] = [dots[n - 1], dots[n]];
        if (!from || !to) continue;
        const left = 1 - (now - to.at) / STAYS_MS;
        pen.globalAlpha = Math.max(0, left);
        pen.lineWidth = 1 + 3 * Math.max(0, left);
        pen.beginPath();
        pen.moveTo(from.x, from.y);
        pen.lineTo(to.x, to.y);
        pen.stroke();
      }
      pen.globalAlpha = 1;
    }
    if (trails.size > 0) request = requestAnimationFrame(draw);
    else canvas.remove();
  };

  return {
    point(id, x, y, colour) {
      const trail = trails.get(id) ?? { colour, dots: [] };
      trails.set(id, trail);
      const last = trail.dots.at(-1);
      if (!last || last.x !== x || last.y !== y) trail.dots.push({ x, y, at: performance.now() });
      if (!canvas.isConnected) host.append(canvas);
      if (request === 0) request = requestAnimationFrame(draw);
    },
    lift(id) {
      trails.delete(id);
    },
    destroy() {
      cancelAnimationFrame(request);
      canvas.remove();
    },
  };
}
