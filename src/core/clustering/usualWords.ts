/** What pictures often show: the words that clusters are named by where a dataset brings none of its own. */
export const usualWords: readonly string[] = [
  ...['person', 'face', 'crowd', 'child', 'hand', 'animal', 'dog', 'cat', 'horse', 'cow', 'sheep', 'bird', 'fish'],
  ...['insect', 'butterfly', 'reptile', 'elephant', 'bear', 'monkey', 'flower', 'tree', 'leaf', 'grass', 'mushroom'],
  ...['fruit', 'vegetable', 'bread', 'cake', 'meat', 'salad', 'soup', 'drink', 'bottle', 'cup', 'plate', 'kitchen'],
  ...['car', 'truck', 'bus', 'train', 'bicycle', 'motorcycle', 'aeroplane', 'ship', 'boat', 'traffic sign', 'wheel'],
  ...['house', 'building', 'skyscraper', 'church', 'bridge', 'tower', 'street', 'road', 'door', 'window', 'stairs'],
  ...['room', 'office', 'bed', 'chair', 'table', 'sofa', 'lamp', 'clock', 'mirror', 'bathroom', 'toy', 'ball'],
  ...['book', 'page of text', 'handwriting', 'number', 'letter', 'sign', 'map', 'chart', 'diagram', 'drawing'],
  ...['painting', 'cartoon', 'logo', 'screenshot', 'computer', 'keyboard', 'telephone', 'camera', 'television'],
  ...['machine', 'tool', 'pipe', 'cable', 'circuit board', 'metal', 'wood', 'stone', 'brick', 'fabric', 'glass'],
  ...['shirt', 'trousers', 'dress', 'shoe', 'hat', 'bag', 'jewellery', 'watch', 'glasses', 'musical instrument'],
  ...['mountain', 'hill', 'beach', 'sea', 'lake', 'river', 'waterfall', 'forest', 'field', 'desert', 'snow', 'ice'],
  ...['sky', 'cloud', 'sunset', 'night', 'rain', 'fire', 'smoke', 'sport', 'football', 'swimming', 'dance', 'music'],
  ...['aerial view', 'satellite image', 'X-ray', 'microscope image', 'cell', 'skin', 'tooth', 'eye', 'planet', 'star'],
  ...['circle', 'square', 'triangle', 'stripes', 'pattern', 'texture', 'red', 'green'],
  ...['blue', 'yellow', 'white', 'black', 'blur', 'darkness'],
];
