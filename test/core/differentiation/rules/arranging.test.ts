import { arrangingCases } from '../cases/arranging.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(arrangingCases);
