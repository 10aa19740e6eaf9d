using System.Security.Cryptography;
using FlowOde.Data.Images;
using FlowOde.Data.Tables;

namespace FlowOde.Data.Splits;

/// <summary>Which images train, validate and test a model.</summary>
/// <remarks>Which part an image is in is decided by a hash of its pixels and the seed, so that equal images are always in one part. Published parts are kept; a missing one is taken out of the training images.</remarks>
public static class ImageSplit
{
    /// <summary>Splits images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="options">Fractions and seed.</param>
    /// <returns>The numbers of the images of each part, ascending; none of the three is empty.</returns>
    /// <exception cref="ArgumentException">The fractions leave nothing for training.</exception>
    /// <exception cref="DataFormatException">A part would be empty.</exception>
    public static (int[] Train, int[] Validation, int[] Test) Make(ImageSet images, SplitOptions options)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ValidationFraction + options.TestFraction >= 1)
        {
            throw new ArgumentException($"The fractions {options.ValidationFraction} (validation) and {options.TestFraction} (test) leave nothing for training; their sum must be less than 1.", nameof(options));
        }

        var published = images.Parts ?? new PublishedParts { TrainRows = images.Count };
        int[] validation = [.. Enumerable.Range(published.TrainRows, published.ValidationRows)], test = [.. Enumerable.Range(published.TrainRows + published.ValidationRows, published.TestRows)];
        var pool = Enumerable.Range(0, published.TrainRows).GroupBy(row => Hash(images.Row(row), options.Seed)).OrderBy(group => group.Key).Select(group => group.ToArray()).ToList();
        if (test.Length == 0)
        {
            test = Take(pool, options.TestFraction * published.TrainRows);
        }

        if (validation.Length == 0)
        {
            validation = Take(pool, options.ValidationFraction * published.TrainRows);
        }

        int[] train = [.. pool.SelectMany(rows => rows).Order()];
        foreach (var (rows, name, option) in new[] { (train, "training", "less for --validation and --test"), (validation, "validation", "a larger --validation"), (test, "the test", "a larger --test") })
        {
            if (rows.Length == 0)
            {
                throw new DataFormatException($"{images.Name}: no images are left for {name}: there are {images.Count}. Give more images, or {option}.");
            }
        }

        return (train, validation, test);
    }

    private static int[] Take(List<int[]> pool, double target)
    {
        var taken = new List<int>();
        while (pool.Count > 1 && taken.Count < target)
        {
            taken.AddRange(pool[^1]);
            pool.RemoveAt(pool.Count - 1);
        }

        return [.. taken.Order()];
    }

    private static UInt128 Hash(ReadOnlySpan<byte> pixels, ulong seed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(seed));
        hash.AppendData(pixels);
        hash.GetHashAndReset(digest);
        return new(BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest[8..]));
    }
}
