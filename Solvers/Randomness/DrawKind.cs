namespace FlowOde.Solvers.Randomness;

/// <summary>How a block's bits are read; part of the counter, so that uniforms and normals of one stream are independent.</summary>
internal enum DrawKind
{
    Uniform = 0,
    Normal = 1,
    Sign = 2,
    Sequence = 3,
    Permutation = 4,
}
