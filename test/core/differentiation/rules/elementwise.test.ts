import { elementwiseCases } from '../cases/elementwise.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(elementwiseCases);
