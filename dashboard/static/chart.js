// How an option becomes a chart: for the report and for the app.
const MARK = "--x_x--0_0--";

// Functions inside an option come as marked strings; dashboard/charts/scripts.py writes them.
function revive(part) {
  if (typeof part === "string" && part.startsWith(MARK)) {
    return new Function("return (" + part.slice(MARK.length, -MARK.length) + ")")();
  }
  if (Array.isArray(part)) return part.map(revive);
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, revive(value)]));
  }
  return part;
}

// The option for a chart of that many pixels across: long names give way on a phone.
function fitted(option, width) {
  const revived = revive(option);
  const axis = revived.yAxis;
  if (width < 480) {
    if (axis && axis.axisLabel && axis.axisLabel.width) axis.axisLabel.width = 118;
    revived.animation = false;
  }
  for (const series of [].concat(revived.series || [])) {
    if (series.label && Array.isArray(series.label.position)) {
      Object.assign(series.label, { width: width - 16, overflow: "truncate" });
    }
  }
  return revived;
}
