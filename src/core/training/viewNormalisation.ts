/** How augmented views are normalised: ImageNet's statistics, a fair guess for photographs, and what encoders usually take. */
export const VIEW_NORMALISATION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
