// What a vector instruction set must offer for SHA-256 over many messages at once: lane i of every vector belongs to
// message i, so that one instruction does the same step for all of them. Two implementations: Lanes16 and Lanes8.
// Any thread; pure.
namespace LedgerStore.Proofs;

internal unsafe interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>How many messages are hashed at once: 32-bit words in a vector.</summary>
    static abstract int Count { get; }

    static abstract bool IsSupported { get; }

    static abstract TVector Broadcast(uint word);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector And(TVector left, TVector right);

    /// <summary>left &amp; ~right.</summary>
    static abstract TVector AndNot(TVector left, TVector right);

    /// <summary>For each bit: the one of <paramref name="ones"/> where the mask is 1, else of the other.</summary>
    static abstract TVector Select(TVector mask, TVector ones, TVector zeros);

    /// <summary>FIPS 180-4 (4.3): majority of three bits.</summary>
    static abstract TVector Majority(TVector a, TVector b, TVector c);

    /// <summary>FIPS 180-4 (4.4): rotr 2 ^ rotr 13 ^ rotr 22.</summary>
    static abstract TVector BigSigma0(TVector x);

    /// <summary>FIPS 180-4 (4.5): rotr 6 ^ rotr 11 ^ rotr 25.</summary>
    static abstract TVector BigSigma1(TVector x);

    /// <summary>FIPS 180-4 (4.6): rotr 7 ^ rotr 18 ^ shr 3.</summary>
    static abstract TVector SmallSigma0(TVector x);

    /// <summary>FIPS 180-4 (4.7): rotr 17 ^ rotr 19 ^ shr 10.</summary>
    static abstract TVector SmallSigma1(TVector x);

    /// <summary>The bytes of each word in the opposite order.</summary>
    static abstract TVector Swap(TVector words);

    /// <summary>As <see cref="Swap"/>, then each word rotated right by 8 bits: one shuffle does both.</summary>
    static abstract TVector SwapAndRotate8(TVector words);

    /// <summary>16 bytes at <paramref name="offset"/> of each message, transposed: vector w gets word w.</summary>
    static abstract void Load4(
        byte** messages, nint offset, out TVector w0, out TVector w1, out TVector w2, out TVector w3);

    /// <summary>The way back: 16 bytes of lane i, one word of each vector, to 32 * i + <paramref name="to"/>.</summary>
    static abstract void Store4(TVector w0, TVector w1, TVector w2, TVector w3, byte* to);
}
