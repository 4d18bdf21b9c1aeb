// Between netron 9.3.3 and the window. Runs before any of netron's scripts; see workbench/ui/graph_tab.
'use strict';

(() => {
    // netron asks for consent, and then reports, unless this says that it was given; nothing is kept or sent.
    Object.defineProperty(document, 'cookie', { get: () => 'consent=1', set: () => {} });

    const OURS = 'workbench';       // the source of selections that the window made
    const shown = { marks: {}, selection: [], hint: '', words: {} };
    let view = null;
    let opened = Promise.resolve();
    let properties = null;          // opens the properties of what was clicked last
    let pending = 0;

    const tell = (event, detail) => {
        fetch(`event?${encodeURIComponent(JSON.stringify({ event, detail }))}`).catch(() => {});
    };

    const nodes = () => (view && view.activeTarget && Array.isArray(view.activeTarget.nodes) ? view.activeTarget.nodes : []);

    // -- from netron ------------------------------------------------------------------------------------------------

    // A weight is shown inside its node, and netron selects nothing when it is clicked: to us it means the node.
    const selectOwner = (argument) => {
        const owner = nodes().find((node) => (node.inputs || []).includes(argument));
        if (owner) {
            view.target.select([owner]);
        }
    };

    const onSelection = (target, source) => {
        clearTimeout(pending);      // netron clears the selection before it makes another
        if (source === OURS) {
            return;
        }
        pending = setTimeout(() => {
            const node = Array.from(target.selection, (element) => element.value).find((value) => nodes().includes(value));
            if (node) {
                tell('selected', node.name);
            } else if (target.selection.size === 0) {
                select(false);
            }
        }, 0);
    };

    const hook = (made) => {
        view = made;
        const start = made.start.bind(made);
        made.start = () => start().then(() => tell('loaded', null));
        made.error = async (error) => tell('failed', error && error.message ? error.message : String(error));
        const target = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(made), 'target');
        Object.defineProperty(made, 'target', {
            get: () => target.get.call(made),
            set: (value) => {
                target.set.call(made, value);
                if (value) {
                    value.on('selectionchange', onSelection);
                }
            }
        });
        // Properties cover half of the graph: they wait for a double click, unless they are open already.
        for (const name of ['showNodeProperties', 'showConnectionProperties', 'showTensorProperties']) {
            const original = made[name].bind(made);
            made[name] = (...given) => {
                properties = () => original(...given);
                if (name === 'showTensorProperties') {
                    selectOwner(given[0]);
                }
                if (made._sidebar.identifier !== '' || given.includes('sidebar')) {
                    properties();
                }
            };
        }
        document.addEventListener('dblclick', () => {
            if (properties) {
                properties();
            }
        });
    };

    Object.defineProperty(window, '__view__', { get: () => view, set: hook });

    // -- from the window --------------------------------------------------------------------------------------------

    const dress = (theme) => {
        const root = document.documentElement;
        root.classList.toggle('dark', theme.dark);
        for (const [name, color] of Object.entries(theme.colors)) {
            root.style.setProperty(`--${name}`, color);
        }
    };

    const open = async () => {
        const target = document.getElementById('target');
        const before = view.target ? { zoom: view.target.zoom, left: target.scrollLeft, top: target.scrollTop } : null;
        await view._host._openModel(view._host._url('model.onnx'), 'model.onnx', null);
        if (!view.target) {
            return;
        }
        if (before) {
            view.target.zoom = before.zoom;
            delete view.target._scrollLeft;
            delete view.target._scrollTop;
            target.scrollTo({ left: before.left, top: before.top, behavior: 'instant' });
        }
        paint();
        select(!before);
        tell('drawn', nodes().length);
    };

    const paint = () => {
        for (const node of nodes()) {
            const drawn = view.target && view.target.find(node);
            const item = drawn && drawn.element ? drawn.element.querySelector('.node-item-type') : null;
            if (item) {
                const mark = shown.marks[node.name];
                item.querySelector('path').style.fill = mark ? mark.fill : '';
                item.querySelector('text').style.fill = mark ? mark.text : '';
                const title = item.querySelector('title');
                if (title) {
                    title.textContent = `${mark ? mark.tip : node.name}\n${shown.hint}`;
                }
            }
        }
    };

    const select = (scroll) => {
        if (!view.target || view._path.length > 1) {
            return;                 // inside of a function, which has separate nodes
        }
        const wanted = new Set(shown.selection);
        const elements = view.target.select(nodes().filter((node) => wanted.has(node.name)), OURS);
        if (scroll && elements && elements.length > 0) {
            view.target.scrollTo(elements, 'instant');
        }
    };

    // -- words --------------------------------------------------------------------------------------------------------

    // netron's own words in the language of the window: titles, sections, tooltips, and names of what every node has,
    // which come before the first section. Names and values of the model stay as they are.
    const own = (text) => (Object.hasOwn(shown.words, text) ? shown.words[text] : text);

    const translate = () => {
        const headings = document.querySelectorAll('#sidebar-title, .sidebar-section, .sidebar-header');
        const texts = Array.from(headings).filter((element) => element.childElementCount === 0);
        for (const element of texts.filter((element) => own(element.textContent) !== element.textContent)) {
            element.textContent = own(element.textContent);
        }
        const buttons = document.querySelectorAll('.toolbar [title], #sidebar [title]:not(input)');
        const names = document.querySelectorAll('.sidebar-object > .sidebar-item:not(.sidebar-section ~ .sidebar-item) input[title]');
        for (const element of [...buttons, ...names]) {
            const said = own(element.title);
            if (said !== element.title) {
                element.title = said;
                if (element.tagName === 'INPUT') {
                    element.value = said;
                }
            }
        }
    };

    document.addEventListener('DOMContentLoaded', () => {
        const attributes = { subtree: true, childList: true, attributes: true, attributeFilter: ['title'] };
        for (const id of ['toolbar', 'sidebar']) {
            new MutationObserver(translate).observe(document.getElementById(id), attributes);
        }
    });

    // -- a picture of the whole graph -------------------------------------------------------------------------------

    const STYLES = ['fill', 'stroke', 'stroke-width', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'opacity',
        'visibility', 'marker-end'];

    // Plain colours and names, as other programs read them: no alpha in a colour, fonts that they have.
    const plain = (element, name, value) => {
        const color = value.match(/^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/);
        if (name === 'font-family') {
            element.setAttribute(name, 'Inter, sans-serif');
        } else if (color && Number(color[4]) === 0) {
            element.setAttribute(name, 'none');
        } else if (color) {
            element.setAttribute(name, `rgb(${color[1]},${color[2]},${color[3]})`);
            element.setAttribute(`${name}-opacity`, color[4]);
        } else {
            element.setAttribute(name, value.replace(/url\("[^#]*(#[^"]*)"\)/, 'url($1)'));
        }
    };

    // The drawing at its full size, with its styles as attributes: what reads it has no style sheets.
    const svg = () => {
        const canvas = document.getElementById('canvas');
        const origin = canvas && canvas.querySelector('#origin');
        if (!origin) {
            return '';
        }
        const size = origin.getBBox();
        const clone = canvas.cloneNode(true);
        const from = canvas.querySelectorAll('*');
        clone.querySelectorAll('*').forEach((element, place) => {
            const style = getComputedStyle(from[place]);
            for (const name of STYLES) {
                plain(element, name, style.getPropertyValue(name));
            }
            element.removeAttribute('style');
            element.removeAttribute('class');
        });
        clone.querySelectorAll('#edge-paths-hit-test, title').forEach((element) => element.remove());
        const margin = 16;
        const [width, height] = [size.width, size.height].map((side) => Math.ceil(side + 2 * margin));
        clone.querySelector('#origin').setAttribute('transform', `translate(${margin - size.x} ${margin - size.y})`);
        const background = clone.querySelector('#background');
        if (background) {
            background.setAttribute('width', width);
            background.setAttribute('height', height);
            background.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
        }
        clone.removeAttribute('style');
        clone.removeAttribute('class');
        clone.setAttribute('width', width);
        clone.setAttribute('height', height);
        clone.setAttribute('viewBox', `0 0 ${width} ${height}`);
        return new XMLSerializer().serializeToString(clone);
    };

    window.workbench = {
        svg,
        close: () => view && view._sidebar.close(),
        show: (state) => {
            if (state.theme) {
                dress(state.theme);
            }
            opened = opened.then(async () => {
                const { model, theme: _, ...rest } = state;
                Object.assign(shown, rest);
                translate();
                if (model) {
                    await open();
                    return;
                }
                if (state.marks) {
                    paint();
                }
                if (state.selection) {
                    select(true);
                }
            }).catch((error) => tell('failed', error.message));
        }
    };
})();
