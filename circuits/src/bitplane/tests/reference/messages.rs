//! What a prover sends, and its bytes (7.10).

use super::range::RangeProof;
use super::setting::Setting;
use super::{F, P};
use crate::codec::{DecodeError, Reader};
use crate::group::ristretto::Ristretto;
use crate::group::Group;

/// All messages of a proof, in the order of the protocol.
#[derive(Clone)]
pub(crate) struct Messages {
    pub(crate) bit_rows: Vec<P>,
    pub(crate) gamma: P,
    pub(crate) quantities: Vec<P>,
    pub(crate) ranges: Vec<RangeProof>,
    pub(crate) rounds: Vec<[F; 4]>,
    /// `Y`, `Z_y`.
    pub(crate) y: [P; 2],
    /// `X`, if there is a claim.
    pub(crate) x: Option<P>,
    /// `Z_x`, if there is a norm.
    pub(crate) z_x: Option<P>,
    pub(crate) announcements: Vec<P>,
    /// The scalar `m`.
    pub(crate) form: F,
    pub(crate) responses: Short,
    pub(crate) folds: Vec<[P; 2]>,
    /// What is left of `z`.
    pub(crate) rest: Vec<F>,
}

/// The short witnesses of 7.7, their nonces, or the responses.
#[derive(Clone, Debug)]
pub(crate) struct Short {
    pub(crate) y: F,
    pub(crate) rho_y: F,
    pub(crate) zeta_y: F,
    pub(crate) delta: [F; 2],
    pub(crate) rho_a: F,
    pub(crate) a: Vec<F>,
    /// `x` and `rho_x`, if there is a claim.
    pub(crate) x: Option<[F; 2]>,
    /// If there is a norm.
    pub(crate) zeta_x: Option<F>,
    pub(crate) rho_v: F,
}

impl Short {
    /// Reads all of them, in the order of the responses.
    pub(crate) fn read<E>(
        setting: &Setting,
        mut next: impl FnMut() -> Result<F, E>,
    ) -> Result<Self, E> {
        let mut out = Self::read_without_rho_v(setting, &mut next)?;
        out.rho_v = next()?;
        Ok(out)
    }

    /// Reads all but `rho_V`, which stays 0.
    pub(crate) fn read_without_rho_v<E>(
        setting: &Setting,
        mut next: impl FnMut() -> Result<F, E>,
    ) -> Result<Self, E> {
        Ok(Self {
            y: next()?,
            rho_y: next()?,
            zeta_y: next()?,
            delta: [next()?, next()?],
            rho_a: next()?,
            a: (0..4 * setting.nu())
                .map(|_| next())
                .collect::<Result<_, E>>()?,
            x: match setting.claims.is_empty() {
                true => None,
                false => Some([next()?, next()?]),
            },
            zeta_x: match setting.has_norm() {
                true => Some(next()?),
                false => None,
            },
            rho_v: F::from(0u64),
        })
    }

    /// The order of the responses.
    pub(crate) fn list(&self) -> Vec<F> {
        let mut out = vec![self.y, self.rho_y, self.zeta_y];
        out.extend(self.delta);
        out.push(self.rho_a);
        out.extend(&self.a);
        out.extend(self.x.iter().flatten());
        out.extend(self.zeta_x);
        out.push(self.rho_v);
        out
    }

    /// `self + e other`.
    pub(crate) fn plus(&self, setting: &Setting, e: F, other: &Self) -> Self {
        let (a, b) = (self.list(), other.list());
        let mut sums = a.iter().zip(&b).map(|(a, b)| *a + e * b);
        Self::read(setting, || sums.next().ok_or(())).unwrap()
    }
}

impl Messages {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut points = self.commitments();
        points.extend(self.evaluations());
        points.extend(&self.announcements);
        points.extend(self.folds.iter().flatten());
        let mut scalars: Vec<F> = self.rounds.iter().flatten().copied().collect();
        scalars.push(self.form);
        scalars.extend(self.responses.list());
        scalars.extend(&self.rest);
        let ranges: Vec<_> = self.ranges.iter().map(RangeProof::encode).collect();
        [
            encode(&points),
            Ristretto::encode_scalars(&scalars),
            ranges.concat(),
        ]
        .concat()
    }

    /// What 7.5.3 absorbs.
    pub(crate) fn commitments(&self) -> Vec<P> {
        let mut points = self.bit_rows.clone();
        points.push(self.gamma);
        points.extend(&self.quantities);
        points
    }

    /// What 7.5.7 absorbs.
    pub(crate) fn evaluations(&self) -> Vec<P> {
        let claimed = self.x.into_iter().chain(self.z_x);
        self.y.into_iter().chain(claimed).collect()
    }

    pub(crate) fn decode(setting: &Setting, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let point = |reader: &mut Reader<'_>| Ristretto::read_point(reader, "point");
        let scalar = |reader: &mut Reader<'_>| Ristretto::read_scalar(reader, "scalar");
        macro_rules! list {
            ($count:expr, $read:ident) => {
                (0..$count)
                    .map(|_| $read(&mut reader))
                    .collect::<Result<Vec<_>, DecodeError>>()?
            };
        }
        let bit_rows = list!(setting.bit_rows().len(), point);
        let gamma = point(&mut reader)?;
        let quantities = list!(setting.quantities().len(), point);
        let y = [point(&mut reader)?, point(&mut reader)?];
        let x = list!(usize::from(!setting.claims.is_empty()), point).pop();
        let z_x = list!(usize::from(setting.has_norm()), point).pop();
        let optional = [x, z_x].iter().flatten().count();
        let announcements = list!(6 + optional, point);
        let folds = list!(2 * setting.folds, point);
        let folds = folds.chunks(2).map(|pair| [pair[0], pair[1]]).collect();
        let rounds = list!(4 * setting.nu(), scalar);
        let rounds = rounds.chunks(4).map(|p| p.try_into().unwrap()).collect();
        let form = scalar(&mut reader)?;
        let responses = Short::read(setting, || scalar(&mut reader))?;
        let rest = list!(setting.columns >> setting.folds, scalar);
        let ranges = setting.chunks().into_iter();
        let ranges = ranges.map(|chunk| RangeProof::read(&mut reader, chunk.len()));
        let ranges = ranges.collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self {
            bit_rows,
            gamma,
            quantities,
            ranges,
            rounds,
            y,
            x,
            z_x,
            announcements,
            form,
            responses,
            folds,
            rest,
        })
    }
}

/// The concatenated encodings of `points`.
pub(crate) fn encode(points: &[P]) -> Vec<u8> {
    points.iter().flat_map(Ristretto::encode_point).collect()
}
