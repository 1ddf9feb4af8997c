import { reducingCases } from '../cases/reducing.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(reducingCases);
