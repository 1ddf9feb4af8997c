import { cubicCases, resizingCases } from '../cases/resizing.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll([...resizingCases, ...cubicCases]);
