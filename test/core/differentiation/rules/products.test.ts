import { productCases } from '../cases/products.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(productCases);
