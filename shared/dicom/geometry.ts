/**
 * The plane of an image in the patient (DICOM PS3.3 §C.7.6.2): everything in millimetres of the reference coordinate system
 * (x to the patient's left, y to the back, z to the head; LPS). Pixel coordinates are (column, row) with (0, 0) at the centre of the
 * first pixel sent, as Equation C.7.6.2.1-1 has it, so an image's upper left corner is (−0.5, −0.5).
 */
export type Vec3 = readonly [number, number, number];
export type PixelPoint = { readonly column: number; readonly row: number };

export type ImagePlane = {
  /** Centre of the first pixel, mm (0020,0032). */
  readonly origin: Vec3;
  /** Unit vector along a row, i.e. of growing column index (0020,0037 values 1–3). */
  readonly rowDirection: Vec3;
  /** Unit vector down a column, i.e. of growing row index (0020,0037 values 4–6). */
  readonly columnDirection: Vec3;
  /** Distance between rows, mm (first value of 0028,0030). */
  readonly rowSpacing: number;
  /** Distance between columns, mm (second value of 0028,0030). */
  readonly columnSpacing: number;
  readonly rows: number;
  readonly columns: number;
};

export type PlaneAttributes = {
  readonly imagePositionPatient: readonly number[];
  readonly imageOrientationPatient: readonly number[];
  /** (0028,0030): distance between rows, then between columns, mm. */
  readonly pixelSpacing: readonly number[];
  readonly rows: number;
  readonly columns: number;
};

export type PlaneRefusal =
  | "values missing or not finite"
  | "directions not unit and orthogonal"
  | "spacing not positive";

/** Cosines as devices round them: six decimals at best, three at worst. */
const COSINE_TOLERANCE = 0.01;

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function subtract(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** `origin + direction * distance`. */
export function along(origin: Vec3, direction: Vec3, distance: number): Vec3 {
  return [
    origin[0] + direction[0] * distance,
    origin[1] + direction[1] * distance,
    origin[2] + direction[2] * distance,
  ];
}

export function length(v: Vec3): number {
  return Math.hypot(v[0], v[1], v[2]);
}

/** Distance between two points, mm. */
export function distance(a: Vec3, b: Vec3): number {
  return length(subtract(a, b));
}

function normalize(v: Vec3): Vec3 {
  const n = length(v);
  return [v[0] / n, v[1] / n, v[2] / n];
}

function vec3(values: readonly number[], start: number): Vec3 | undefined {
  const [x, y, z] = values.slice(start, start + 3);
  if (x === undefined || y === undefined || z === undefined) return undefined;
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z) ? [x, y, z] : undefined;
}

/**
 * The plane of an image from its attributes. Directions are made exactly unit and orthogonal (devices round the cosines, and
 * patient → pixel → patient must come back to the same point); the row direction is the one kept as sent.
 */
export function imagePlane(attributes: PlaneAttributes): ImagePlane | PlaneRefusal {
  const origin = vec3(attributes.imagePositionPatient, 0);
  const row = vec3(attributes.imageOrientationPatient, 0);
  const column = vec3(attributes.imageOrientationPatient, 3);
  const [rowSpacing, columnSpacing] = attributes.pixelSpacing;
  if (origin === undefined || row === undefined || column === undefined) return "values missing or not finite";
  if (Math.abs(length(row) - 1) > COSINE_TOLERANCE || Math.abs(length(column) - 1) > COSINE_TOLERANCE)
    return "directions not unit and orthogonal";
  if (Math.abs(dot(row, column)) > COSINE_TOLERANCE) return "directions not unit and orthogonal";
  if (!(rowSpacing !== undefined && rowSpacing > 0 && columnSpacing !== undefined && columnSpacing > 0))
    return "spacing not positive";
  if (!Number.isFinite(rowSpacing) || !Number.isFinite(columnSpacing)) return "values missing or not finite";
  const rowDirection = normalize(row);
  const columnDirection = normalize(along(column, rowDirection, -dot(column, rowDirection)));
  const { rows, columns } = attributes;
  return { origin, rowDirection, columnDirection, rowSpacing, columnSpacing, rows, columns };
}

/** Pixel (fractions allowed) → patient mm: Equation C.7.6.2.1-1. */
export function pixelToPatient(plane: ImagePlane, point: PixelPoint): Vec3 {
  const onRow = along(plane.origin, plane.rowDirection, point.column * plane.columnSpacing);
  return along(onRow, plane.columnDirection, point.row * plane.rowSpacing);
}

/** Patient mm → pixel of the point's foot on the plane. How far off the plane it was: {@link distanceToPlane}. */
export function patientToPixel(plane: ImagePlane, point: Vec3): PixelPoint {
  const offset = subtract(point, plane.origin);
  return {
    column: dot(offset, plane.rowDirection) / plane.columnSpacing,
    row: dot(offset, plane.columnDirection) / plane.rowSpacing,
  };
}

/** The plane's normal: row × column direction; for an axial image of a supine patient it points to the head. */
export function planeNormal(plane: ImagePlane): Vec3 {
  return cross(plane.rowDirection, plane.columnDirection);
}

/** Signed distance of a point from the plane along its normal, mm. */
export function distanceToPlane(plane: ImagePlane, point: Vec3): number {
  return dot(subtract(point, plane.origin), planeNormal(plane));
}

/** True where the point's foot lies on the pixel matrix, borders of the outermost pixels included. */
export function isOnImage(plane: ImagePlane, point: Vec3): boolean {
  const { column, row } = patientToPixel(plane, point);
  return column >= -0.5 && row >= -0.5 && column <= plane.columns - 0.5 && row <= plane.rows - 0.5;
}

/** Index of the plane nearest to a patient point, for a pointer or a linked scroll; undefined for an empty stack. */
export function nearestPlane(planes: readonly ImagePlane[], point: Vec3): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  planes.forEach((plane, index) => {
    const away = Math.abs(distanceToPlane(plane, point));
    if (away < least) {
      least = away;
      best = index;
    }
  });
  return best;
}

/** Position of a slice along a stack's normal, mm: what slices are sorted by (not Instance Number, which lies). */
export function slicePosition(plane: ImagePlane, normal: Vec3 = planeNormal(plane)): number {
  return dot(plane.origin, normal);
}

/**
 * Edge letters for a direction in the patient (PS3.3 §C.7.6.1.1.1): the dominant axis first, further axes while they matter,
 * e.g. "L", "PH". Opposite edge: call with the negated vector.
 */
export function orientationLetters(direction: Vec3): string {
  const axes: [number, string][] = [
    [direction[0], direction[0] < 0 ? "R" : "L"],
    [direction[1], direction[1] < 0 ? "A" : "P"],
    [direction[2], direction[2] < 0 ? "F" : "H"],
  ];
  return axes
    .filter(([component]) => Math.abs(component) > 0.26)
    .sort(([a], [b]) => Math.abs(b) - Math.abs(a))
    .map(([, letter]) => letter)
    .join("");
}
