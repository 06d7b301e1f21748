// The signs of the pages: drawn here, one stroke, no font and no picture from elsewhere.
// Page thread.

const paths: Record<string, string> = {
  brand: 'M12 4v6m0 0l-6 5m6-5l6 5M6 15v5m12-5v5',
  overview: 'M4 20V10m5 10V4m5 16v-7m5 7V8',
  ledgers: 'M5 4h14v16H5zM9 4v16M12 9h4M12 13h4',
  entries: 'M4 6h16M4 12h16M4 18h10',
  search: 'M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM20 20l-4.8-4.8',
  timeline: 'M6 4v16M6 7h12M6 12h8M6 17h10',
  alerts: 'M12 4l9 16H3zM12 10v4m0 3v.1',
  retention: 'M12 4a8 8 0 108 8M12 8v4l3 2M16 4h4v4',
  access: 'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20c0-4 2.500-6 6-6s6 2 6 6M16 11l2 2 4-4',
  verify: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6zM8.500 12l2.500 2.500 4.500-5',
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon-svg" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
      <path
        d={paths[name] ?? ''}
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
