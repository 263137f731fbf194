/** The lowest contrast ratio (WCAG 2) between any text and what stands behind it. Runs in the page, so it is whole. */
export function lowestContrast(): number {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- nothing from outside exists in the page
  const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [r = 0, g = 0, b = 0] = parse(color).map((part) => {
      const share = part / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    if (element === null) return "rgb(255,255,255)";
    const { backgroundColor } = getComputedStyle(element);
    return parse(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
  };
  const ratios = [...document.body.querySelectorAll("*:not(script,svg,svg *)")]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .map((element) =>
      [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a),
    )
    .map(([light = 0, dark = 0]) => (light + 0.05) / (dark + 0.05));
  return Math.min(...ratios);
}
