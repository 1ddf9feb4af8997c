import { activationCases } from '../cases/activations.ts';
import { GradientChecker } from '../gradientChecker.ts';

new GradientChecker().testAll(activationCases);
