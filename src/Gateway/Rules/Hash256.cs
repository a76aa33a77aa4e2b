using System.Runtime.InteropServices;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>A hash of 32 bytes, in as many: lists have millions.</summary>
internal readonly record struct Hash256(ulong A, ulong B, ulong C, ulong D)
{
    public static Hash256 Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<Hash256>(hash);

    /// <summary>Its bits are as good as any mixing of all of them.</summary>
    public override int GetHashCode() => (int)A;
}
